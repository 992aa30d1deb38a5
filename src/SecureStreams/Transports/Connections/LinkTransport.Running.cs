using System.Buffers;
using System.Runtime.CompilerServices;
using SecureStreams.Network;

namespace SecureStreams.Transports.Connections;

/// <remarks>
/// While messages follow one another, reading waits in a small pooled array, and while more arrives than that holds in a large one: no system call only waits. A quiet connection
/// waits without any. Over TLS, and over what has a buffer of its own, every wait is without one, so that the layer below holds none either.
/// </remarks>
internal abstract partial class LinkTransport
{
    private async Task RunAsync(DialTarget? target)
    {
        TransportFailure? failure = null;
        try
        {
            while (target is not null && await DialAsync(target).ConfigureAwait(false))
            {
                failure = await ReadAsync().ConfigureAwait(false);
                Task written;
                using (await _entry)
                {
                    target = _over ? null : _next;
                    _next = null;
                    if (target is null)
                        break;
                    written = Output.WhenIdleOnMailbox();
                }

                await written.ConfigureAwait(false);
                await DisposeStreamAsync().ConfigureAwait(false);
            }
        }
        catch (Exception error)
        {
            failure = Explain(error, "connecting");
        }

        Task idle;
        using (await _entry)
        {
            if (!_over)
                _failure = Judge(failure);
            EndOnMailbox(null);
            idle = Output.WhenIdleOnMailbox();
        }

        await idle.ConfigureAwait(false);
        await DisposeStreamAsync().ConfigureAwait(false);
        using (await _entry)
        {
            // What went wrong on a connection that was not usable yet leaves nothing else that tells of it.
            if (!_usable && _failure is { Dial: null, Code: not SsCauseCode.LocalDisconnect } && ProgressOnMailbox is { } dialed)
                _failure = _failure with { Dial = DialSteps.Of(dialed), Candidates = _failure.Candidates.Count > 0 ? _failure.Candidates : dialed.Candidates };

            // Of a dial that failed; one that succeeded has been told, and who has let go hears nothing but the end.
            if (!_letGo && _plan.Dial.ReportsPerformance && ProgressOnMailbox is { Phase: not SsPhase.Protocol } progress && _failure is { Code: not SsCauseCode.LocalDisconnect } why)
                Setup.Sink.ReceivedOnMailbox(this, PerfReport.Of(progress, why).Span, PerfReport.Flags);
            Setup.Sink.ClosedOnMailbox(this, _failure);
        }

        if (_lateDial is { } late)
            await late.ConfigureAwait(false);
    }

    /// <summary>Whether nothing is read: what makes a connection usable is, whatever the stream has paused.</summary>
    private bool IsResting => Volatile.Read(ref _paused) && Volatile.Read(ref _usable);

    /// <returns>Why reading ended, or null where that is said elsewhere.</returns>
    private async Task<TransportFailure?> ReadAsync()
    {
        var stream = _stream!;
        var wire = _wire!;
        var isTls = !ReferenceEquals(stream, wire);
        var waitsEmpty = isTls || _waitsEmpty;
        var mayWaitEmpty = waitsEmpty || wire is CountingStream { WaitsWithoutBuffer: true };
        var (first, room) = waitsEmpty ? (LinkDefaults.PieceBytes, LinkDefaults.PieceBytes) : (LinkDefaults.FirstReadBytes, LinkDefaults.BusyReadBytes);
        byte[]? buffer = null;
        var size = 0;
        long? heard = null;
        var isQuiet = true;
        try
        {
            for (var reads = 1; !Volatile.Read(ref _over); reads++)
            {
                if (IsResting && !Volatile.Read(ref _letGo))
                {
                    Give(ref buffer);
                    await WokenAsync().ConfigureAwait(false);
                    continue;
                }

                if (buffer is null)
                {
                    // What makes a connection usable is about to come.
                    if (waitsEmpty || (mayWaitEmpty && isQuiet && Volatile.Read(ref _usable)))
                    {
                        await stream.ReadAsync(Memory<byte>.Empty).ConfigureAwait(false);
                        if (IsResting && !Volatile.Read(ref _letGo))
                            continue;
                    }

                    size = first;
                    buffer = ArrayPool<byte>.Shared.Rent(size);
                }

                var reading = stream.ReadAsync(buffer.AsMemory(0, size));
                if (_filled && !reading.IsCompleted)
                {
                    using (await _entry)
                        TellDryOnMailbox();
                }

                var count = await reading.ConfigureAwait(false);
                if (count == 0)
                    break;
                isQuiet = IsQuiet(ref heard, wire.LastHeard);

                for (var used = 0; used < count;)
                {
                    using (await _entry)
                    {
                        if (_over || _next is not null)
                            return null;
                        _filled |= count == size;
                        if (_letGo)
                        {
                            ArrivedTooLateOnMailbox(buffer.AsSpan(used, count - used));
                            used = count;
                        }
                        else if (!IsResting)
                        {
                            used += ArrivedOnMailbox(buffer.AsSpan(used, count - used));
                        }

                        // The end of what had arrived, and the next read would not say so: it may well find something new.
                        if (used == count && count < size)
                            TellDryOnMailbox();
                    }

                    if (used < count)
                        await WokenAsync().ConfigureAwait(false);
                }

                if (Volatile.Read(ref _next) is not null)
                    return null;
                if (count < size ? waitsEmpty || isQuiet || size > first : size < room)
                    Give(ref buffer);
                if (buffer is null && count == size)
                {
                    size = room;
                    buffer = ArrayPool<byte>.Shared.Rent(size);
                }

                if (reads % LinkDefaults.ReadsPerTurn == 0)
                    await Task.Yield();
            }
        }
        catch (Exception error)
        {
            return Explain(error, "reading");
        }
        finally
        {
            Give(ref buffer);
        }

        // TLS says when it ends (RFC 8446 section 6.1). Where the connection ended below it without that, somebody else may have cut it, and what is missing is unknown.
        if (isTls && wire.PeerEnded && !Volatile.Read(ref _over))
        {
            using (await _entry)
                return CutOnMailbox(Meaning(Peer(SsCauseCode.PeerClosed, "The peer closed the connection without ending its TLS session (close_notify), so the end of what it sent may be missing.")));
        }

        await RestAsync().ConfigureAwait(false);
        return null;
    }

    /// <summary>Whether the read before this one was long ago, or there was none.</summary>
    private bool IsQuiet(ref long? before, long now)
    {
        var isQuiet = before is not { } last || Links.Time.GetElapsedTime(last, now) >= LinkDefaults.QuietAfter;
        before = now;
        return isQuiet;
    }

    /// <summary>The peer's side has ended: tells it, and waits until this side has too.</summary>
    private async Task RestAsync()
    {
        while (true)
        {
            using (await _entry)
            {
                if (_over)
                    return;
                if (!IsResting || _letGo)
                {
                    PeerHasEndedOnMailbox();
                    break;
                }
            }

            await WokenAsync().ConfigureAwait(false);
        }

        while (!Volatile.Read(ref _over))
            await WokenAsync().ConfigureAwait(false);
    }

    /// <summary>Waits until something that the loop looks at has changed.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask WokenAsync()
    {
        using (await _entry)
        {
            TellDryOnMailbox();
            if (_over || (!IsResting && !_peerEnded) || (_letGo && !_peerEnded))
                return;
            _waiting = true;
        }

        await _wake.WaitAsync().ConfigureAwait(false);
    }

    private void TellDryOnMailbox()
    {
        if (!_filled)
            return;
        _filled = false;
        if (_usable && !HasLetGo)
            ReadDryOnMailbox();
    }

    private async ValueTask DisposeStreamAsync()
    {
        if (_stream is null)
            return;
        try
        {
            await _stream.DisposeAsync().ConfigureAwait(false);
        }
        catch (IOException)
        {
            // The connection is gone; that is all that was wanted of it.
        }
    }

    private static void Give(ref byte[]? buffer)
    {
        if (buffer is { } held)
        {
            buffer = null;
            ArrayPool<byte>.Shared.Return(held);
        }
    }
}
