using SecureStreams.Transports;

namespace SecureStreams.Core;

/// <summary>Calling the handler: guarded, checked against the table of legal steps, and never acting on the result before the callback has returned.</summary>
internal sealed partial class LocalStream
{
    /// <summary>What callbacks and callers asked for and <see cref="SettleOnMailbox"/> has not carried out yet.</summary>
    [Flags]
    private enum Wants
    {
        None = 0,

        /// <summary>A callback returned Disconnect: policy decides what follows.</summary>
        Drop = 1,

        /// <summary>The application called Disconnect(): idle afterwards.</summary>
        Disconnect = 2,

        /// <summary>A callback threw.</summary>
        Fault = 4,

        Destroy = 8,

        /// <summary>Connect() was called.</summary>
        Connect = 16,

        /// <summary>A transmit request found the stream idle.</summary>
        Poll = 32,
    }

    private Wants _wants;
    private Exception? _handlerError;
    private bool _inCallback;

    private void Request(Wants wants) => _wants |= wants;

    /// <summary>Delivers a state. An illegal step, which only a defect can cause, throws in Debug builds; Release builds log and drop it.</summary>
    private void Deliver(in SsStateChange change)
    {
        _mailbox.AssertCurrent();
        var from = State;
        if (!SsStateTable.IsLegal(from, change.State))
        {
            _runtime.Telemetry.Instruments.Dropped(StreamType, "illegal_step");
            CoreLog.IllegalStep(_runtime.Logger, StreamType, Id, from, change.State);
#if DEBUG
            throw new InvalidOperationException($"{StreamType}#{Id}: illegal step from {from} to {change.State}");
#else
            return;
#endif
        }

        if (!SsStateTable.IsNotice(change.State))
            Volatile.Write(ref _state, (int)change.State);
        _runtime.Telemetry.StateChanged(ref _trace, this, _policy, change, ref _askedBy);
        NoteOnMailbox(change);
        CoreLog.StateChanged(_runtime.Logger, StreamType, Id, change.State, change.Cause);

        _inCallback = true;
        try
        {
            Apply(_handler.OnState(this, change));
        }
        catch (Exception error)
        {
            HandlerThrew(error, change.State.ToString());
        }
        finally
        {
            _inCallback = false;
        }
    }

    private void DeliverReceived(ReadOnlySpan<byte> payload, SsRxFlags flags)
    {
        _mailbox.AssertCurrent();
        _hasReceived = true;
        if ((flags & SsRxFlags.PerfJson) == 0)
            _runtime.Telemetry.Instruments.Received(StreamType, payload.Length);
        _inCallback = true;
        try
        {
            Apply(_handler.OnReceive(this, payload, flags));
        }
        catch (Exception error)
        {
            HandlerThrew(error, "OnReceive");
        }
        finally
        {
            _inCallback = false;
        }
    }

    /// <summary>Calls tx once. True when something was released to the writer.</summary>
    private bool DeliverTransmit(TransportWriter writer)
    {
        _mailbox.AssertCurrent();
        SsTransmitResult result;
        _inCallback = true;
        try
        {
            var tx = new SsTransmit(writer);
            result = _handler.OnTransmit(this, ref tx);
        }
        catch (Exception error)
        {
            writer.RollbackOnMailbox();
            HandlerThrew(error, "OnTransmit");
            return false;
        }
        finally
        {
            _inCallback = false;
        }

        if (result == SsTransmitResult.Send)
        {
            _runtime.Telemetry.Instruments.Transmitted(StreamType, writer.ReleaseOnMailbox());
            return true;
        }

        writer.RollbackOnMailbox();
        if (result == SsTransmitResult.Disconnect)
            Request(Wants.Drop);
        else if (result == SsTransmitResult.Destroy)
            Request(Wants.Destroy);
        return false;
    }

    private void Apply(SsResult result)
    {
        if (result == SsResult.Disconnect)
            Request(Wants.Drop);
        else if (result == SsResult.Destroy)
            Request(Wants.Destroy);
    }

    private void HandlerThrew(Exception error, string callback)
    {
        _runtime.Telemetry.Instruments.HandlerThrew(StreamType, callback);
        CoreLog.HandlerThrew(_runtime.Logger, error, StreamType, Id, callback);
        _handlerError = error;
        Request(Wants.Fault);
    }
}
