namespace SecureStreams.Testing.Faults;

/// <remarks>What is received. One reader at a time, as with every stream.</remarks>
internal sealed partial class FaultStream
{
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int room;
        lock (_lock)
        {
            ThrowIfGoneUnderLock();
            room = (int)Math.Min(Math.Min(buffer.Length, Left(FaultKind.CutAfterReceived, _received)), Math.Min(Left(FaultKind.StallAfterReceived, _received), ChunkUnderLock()));
        }

        // A read into nothing waits for bytes and takes none.
        int count;
        try
        {
            count = await _inner.ReadAsync(buffer[..Math.Max(room, Math.Min(1, buffer.Length))], cancellationToken).ConfigureAwait(false);
        }
        catch (Exception) when (IsGone)
        {
            ThrowIfGone();
            throw;
        }

        await WhileStalledAsync(cancellationToken).ConfigureAwait(false);
        if (count == 0)
            return 0;
        TimeSpan wait;
        lock (_lock)
        {
            ThrowIfGoneUnderLock();
            Corrupt(FaultKind.CorruptReceived, _received, buffer.Span[..count]);
            wait = RateUnderLock(count) + (_heard || Value(FaultKind.DelayFirstByteMs) is not { } first ? TimeSpan.Zero : TimeSpan.FromMilliseconds(first));
            _heard = true;
            _received += count;
        }

        await DelayAsync(wait, cancellationToken).ConfigureAwait(false);
        Reached(FaultKind.CutAfterReceived, FaultKind.StallAfterReceived, static self => self._received);
        return count;
    }

    private bool IsGone
    {
        get
        {
            lock (_lock)
                return _cut || _disposed;
        }
    }

    private async ValueTask WhileStalledAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                ThrowIfGoneUnderLock();
                if (!_stalled)
                    return;
                changed = _changed.Task;
            }

            await changed.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask DelayAsync(TimeSpan wait, CancellationToken cancellationToken)
    {
        if (wait <= TimeSpan.Zero)
            return;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _gone.Token);
        try
        {
            await Task.Delay(wait, _time, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            ThrowIfGone();
            throw;
        }
    }

    private long Left(FaultKind kind, long done) => Value(kind) is { } limit && limit > done ? limit - done : long.MaxValue;

    /// <summary>So little at a time that a slow line is slow all along, and not in bursts.</summary>
    private long ChunkUnderLock() => Value(FaultKind.RateLimit) is { } rate ? Math.Clamp(rate / 10, 1, 16 * 1024) : long.MaxValue;

    private TimeSpan RateUnderLock(int count) => Value(FaultKind.RateLimit) is { } rate ? TimeSpan.FromSeconds((double)count / Math.Max(rate, 1)) : TimeSpan.Zero;

    private void Corrupt(FaultKind kind, long before, Span<byte> bytes)
    {
        if (Value(kind) is { } place && place > before && place <= before + bytes.Length)
            bytes[(int)(place - before - 1)] ^= 0xFF;
    }

    private void Reached(FaultKind cut, FaultKind stall, Func<FaultStream, long> done)
    {
        bool cuts;
        lock (_lock)
        {
            cuts = Value(cut) is { } limit && done(this) >= limit;
            _stalled |= Value(stall) is { } end && done(this) >= end;
        }

        if (cuts)
            Cut();
    }
}
