using System.Threading.Tasks.Sources;
using SecureStreams.Implementation;

namespace SecureStreams.Transports.Http;

internal sealed partial class HttpBodyWriter : IValueTaskSource
{
    private ManualResetValueTaskSourceCore<bool> _signal;
    private ValueTask _pending;
    private Task _pump = Task.CompletedTask;
    private int _pumps; // Counts from before a pump's first turn inside the mailbox, which comes before its task is there to look at.

    /// <summary>The platform's turn to fetch the body: after the head is committed; again when it repeats a request that a connection refused.</summary>
    public Task PumpAsync(Stream stream)
    {
        Interlocked.Increment(ref _pumps);
        return _pump = RunPumpAsync(stream, _pump);
    }

    /// <summary>Ends the pump and waits for it.</summary>
    public async Task StopAsync()
    {
        if (!IsDone)
        {
            using (await new MailboxEntry(mailbox))
                AbortOnMailbox();
        }

        await _pump.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Makes ready to be pulled from the start, after <see cref="StopAsync"/>.</summary>
    public void ResetOnMailbox(CancellationToken cancellation)
    {
        _cancellation = cancellation;
        _aborted = false;
        _pulled = false;
        ResetCounters();
    }

    void IValueTaskSource.GetResult(short token) => _signal.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _signal.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _signal.OnCompleted(continuation, state, token, flags);

    private async Task RunPumpAsync(Stream stream, Task previous)
    {
        if (!previous.IsCompleted)
        {
            using (await new MailboxEntry(mailbox))
            {
                var wasAborted = _aborted;
                AbortOnMailbox();
                _aborted = wasAborted;
            }

            await previous.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        var entry = new MailboxEntry(mailbox);
        try
        {
            using (await entry)
                OpenOnMailbox(stream);

            while (true)
            {
                await new ValueTask(this, _signal.Version).ConfigureAwait(false);
                _signal.Reset();
                await _pending.ConfigureAwait(false);
                if (_ended || !_open)
                    break;
                await stream.FlushAsync(_cancellation).ConfigureAwait(false);
                using (await entry)
                    ContinueOnMailbox();
            }
        }
        finally
        {
            using (await entry)
                CloseOnMailbox();
            Interlocked.Decrement(ref _pumps);
        }

        if (!_ended || _aborted)
            throw new OperationCanceledException("The request body was abandoned.");
    }

    private void OpenOnMailbox(Stream stream)
    {
        if (!_aborted && _pulled)
        {
            sink.RestartedOnMailbox(transport, new TransportFailure(
                SsPhase.Peer, SsCauseCode.PeerBusy, "The peer gave the request back unprocessed; it is sent again from its start on another connection."));
        }

        ResetCounters();
        _signal.Reset(); // A pump that failed may have left its last one behind.
        _pulled = false;
        _stream = stream;
        if (_aborted)
        {
            Signal(default);
            return;
        }

        _open = true;
        if (length == 0)
        {
            _ended = true;
            if (parts is null)
                Signal(default);
            else
                Send(0);
            return;
        }

        sink.WritableOnMailbox(transport, due: true);

        // Nothing to send yet: the head must not wait for it in the platform's buffer.
        if (IsWritable && _total == 0)
            Send(0);
    }

    private void ContinueOnMailbox()
    {
        if (_aborted || !_open)
        {
            // Abandoned while the write was under way.
            _open = false;
            Signal(default);
            return;
        }

        _flushing = false;
        Sent();

        // Nobody asks for the part of another streamtype: it is due as the body itself was.
        sink.WritableOnMailbox(transport, due: NextPart());
    }

    private void CloseOnMailbox()
    {
        _open = false;
        _flushing = false;
        _stream = null;
        Empty();
        ReturnBuffer();
        transport.BodyProgress();
    }

    /// <summary>Writes the first bytes of the buffer. True when they have left and there is room again.</summary>
    private bool Send(int bytes)
    {
#pragma warning disable CA2012 // Each is consumed once: here when it completed at once, else by the pump that it is handed to.
        if (parts is not null && (_headDue || _partEnded || _ended))
        {
            Signal(SendFramed(bytes));
            return false;
        }

        ValueTask write;
        try
        {
            write = bytes == 0 ? default : _stream!.WriteAsync(_buffer.AsMemory(0, bytes), _cancellation);
            if (!_ended && write.IsCompletedSuccessfully)
            {
                write.GetAwaiter().GetResult();
                write = new ValueTask(_stream!.FlushAsync(_cancellation));
                if (write.IsCompletedSuccessfully)
                {
                    Sent();
                    return true;
                }
            }
        }
        catch (Exception error)
        {
            // The pump throws it where the platform looks for it.
            write = ValueTask.FromException(error);
        }

        Signal(write);
#pragma warning restore CA2012
        return false;
    }

    private void Sent()
    {
        Empty();
        ReturnBuffer();
        transport.BodyProgress();
    }

    private void Signal(ValueTask pending)
    {
        // The peer's time begins here: however long the body waited for the application, the peer had nothing to take.
        if (!_flushing)
            transport.BodyProgress();
        _flushing = true;
        _pending = pending;
        _signal.SetResult(true);
    }

    private void Empty()
    {
        _tail = _released = 0;
        Volatile.Write(ref _queued, 0);
    }

    private void ResetCounters()
    {
        Empty();
        _total = 0;
        _endStaged = false;
        _ended = false;
        ResetParts();
    }
}
