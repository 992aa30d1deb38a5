using SecureStreams.Network;
using SecureStreams.Simulation.Engine;
using SecureStreams.Simulation.Protocol;
using SecureStreams.Transports;

namespace SecureStreams.Simulation.Transport;

/// <summary>The transactional flavour: a request, its body, a head, a body, done.</summary>
internal sealed class SimTransaction(SimWorld world, SimAttempt attempt, TransportSetup setup, Dialer dialer) : SimTransport(world, attempt, setup, dialer)
{
    private int _status;

    public override bool IsTransactional => true;

    public override bool TakeFrame(FrameType type, SsRxFlags flags, int number, ReadOnlySpan<byte> payload)
    {
        if (IsStopped)
            return false;
        switch (type)
        {
            case FrameType.Response:
                Establish();
                BoundSilence();
                _status = number;
                Attempt.Connected = true;
                ((SimWriter)Writer).Open = false;
                Sink.ConnectedOnMailbox(this);
                return !IsStopped;
            case FrameType.Data:
                return Deliver(flags, payload);
            case FrameType.End:
                if (IsPaused)
                    return false;
                var refusal = _status == 200 ? null : new TransportFailure(SsPhase.Peer, SsCauseCode.PeerRefused, "The simulated peer refused.") { Status = _status };
                Sink.AcknowledgedOnMailbox(this, refusal is null, refusal, _status);
                PeerClosed(null);
                return false;
            case FrameType.Nack:
                PeerClosed(new TransportFailure(SsPhase.Peer, SsCauseCode.PeerRefused, "The simulated peer refused.") { Status = number });
                return false;
            case FrameType.Busy:
                PeerClosed(new TransportFailure(SsPhase.Peer, SsCauseCode.PeerBusy, "The simulated peer is busy.")
                {
                    Status = 503,
                    RetryAfter = number > 0 ? TimeSpan.FromMilliseconds(number) : null,
                });
                return false;
            case FrameType.Close:
                PeerClosed(new TransportFailure(SsPhase.Peer, SsCauseCode.PeerClosed, "The simulated peer closed."));
                return false;
            default:
                return true;
        }
    }

    protected override void DialedOnMailbox()
    {
        var body = Attempt.Actor.Kind.HasBody;
        Send(FrameType.Request, body ? 1 : 0);
        if (!body)
            return;
        var writer = (SimWriter)Writer;
        writer.EndsWithMessage = true;
        writer.Open = true;
        Sink.WritableOnMailbox(this, due: true);
    }

    protected override TransportFailure EndOfBytes(bool insideFrame) => IsEstablished || insideFrame
        ? new TransportFailure(SsPhase.Payload, SsCauseCode.PayloadTruncated, "The simulated peer ended inside its answer.")
        : new TransportFailure(SsPhase.Peer, SsCauseCode.PeerClosed, "The simulated peer ended without an answer.");
}
