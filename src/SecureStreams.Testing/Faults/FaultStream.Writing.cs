using System.Buffers;

namespace SecureStreams.Testing.Faults;

/// <remarks>What is sent.</remarks>
internal sealed partial class FaultStream
{
    /// <summary>What an operating system takes for a peer that does not answer: whoever sends more than that waits.</summary>
    private const int MostHeldBytes = 256 * 1024;

    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly ArrayBufferWriter<byte> _held = new();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            TimeSpan delay;
            lock (_lock)
            {
                ThrowIfGoneUnderLock();
                delay = Value(FaultKind.DelayWriteMs) is { } each ? TimeSpan.FromMilliseconds(each) : TimeSpan.Zero;
            }

            await DelayAsync(delay, cancellationToken).ConfigureAwait(false);
            while (!buffer.IsEmpty)
            {
                if (TryHold(buffer.Span))
                    return;
                await WhileStalledAsync(cancellationToken).ConfigureAwait(false);
                await SendHeldAsync(cancellationToken).ConfigureAwait(false);
                buffer = buffer[await SendSomeAsync(buffer, cancellationToken).ConfigureAwait(false)..];
            }
        }
        finally
        {
            _writing.Release();
        }
    }

    private bool TryHold(ReadOnlySpan<byte> bytes)
    {
        lock (_lock)
        {
            ThrowIfGoneUnderLock();
            if (!_stalled || _held.WrittenCount + bytes.Length > MostHeldBytes)
                return false;
        }

        // Only who writes touches it.
        _held.Write(bytes);
        return true;
    }

    /// <summary>As much as may go before something happens.</summary>
    private async ValueTask<int> SendSomeAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte> part;
        TimeSpan wait;
        lock (_lock)
        {
            ThrowIfGoneUnderLock();
            part = buffer[..(int)Math.Min(Math.Min(buffer.Length, ChunkUnderLock()), Math.Min(Left(FaultKind.CutAfterSent, _sent), Left(FaultKind.StallAfterSent, _sent)))];
            if (Value(FaultKind.CorruptSent) is { } place && place > _sent && place <= _sent + part.Length)
            {
                var copy = part.ToArray();
                Corrupt(FaultKind.CorruptSent, _sent, copy);
                part = copy;
            }

            _sent += part.Length;
            wait = RateUnderLock(part.Length);
        }

        try
        {
            await _inner.WriteAsync(part, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception) when (IsGone)
        {
            ThrowIfGone();
            throw;
        }

        await DelayAsync(wait, cancellationToken).ConfigureAwait(false);
        Reached(FaultKind.CutAfterSent, FaultKind.StallAfterSent, static self => self._sent);
        return part.Length;
    }

    private async ValueTask SendHeldAsync(CancellationToken cancellationToken)
    {
        if (_held.WrittenCount == 0)
            return;
        var held = _held.WrittenMemory;
        await _inner.WriteAsync(held, cancellationToken).ConfigureAwait(false);
        _held.ResetWrittenCount();
    }

    /// <summary>The stall is over: what was kept goes, also when nobody sends anything more.</summary>
    private async Task ReleaseAsync()
    {
        try
        {
            await _writing.WaitAsync(_gone.Token).ConfigureAwait(false);
            try
            {
                await SendHeldAsync(_gone.Token).ConfigureAwait(false);
            }
            finally
            {
                _writing.Release();
            }
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // Whoever reads or writes next is told that the connection is gone.
        }
    }
}
