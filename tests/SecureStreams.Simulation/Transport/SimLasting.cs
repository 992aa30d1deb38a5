using SecureStreams.Network;
using SecureStreams.Policy;
using SecureStreams.Simulation.Engine;
using SecureStreams.Simulation.Protocol;
using SecureStreams.Transports;

namespace SecureStreams.Simulation.Transport;

/// <summary>The lasting flavour: hello, welcome, then messages both ways until somebody closes.</summary>
internal sealed class SimLasting(SimWorld world, SimAttempt attempt, TransportSetup setup, Dialer dialer) : SimTransport(world, attempt, setup, dialer)
{
    private static readonly TimeSpan FinishSilence = TimeSpan.FromSeconds(5);

    private bool _inMessage;
    private bool _finishing;

    public override bool CanPing => Setup.Policy.Protocol != WireProtocol.Raw;

    public override void PingOnMailbox() => Send(FrameType.Ping, 0);

    public override void FinishOnMailbox()
    {
        if (IsStopped || _finishing)
            return;
        _finishing = true;
        World.Finishing(Attempt);
        if (World.Mutant == Mutant.FinishDropsWhatComes)
            CloseOnMailbox();
        else
            FinishWithin(FinishSilence);
    }

    public override bool TakeFrame(FrameType type, SsRxFlags flags, int number, ReadOnlySpan<byte> payload)
    {
        if (IsStopped)
            return false;
        if (_finishing)
            FinishWithin(FinishSilence);
        switch (type)
        {
            case FrameType.Welcome:
                Establish();
                Attempt.Connected = true;
                Sink.ConnectedOnMailbox(this);
                if (IsStopped)
                    return false;
                ((SimWriter)Writer).Open = true;
                Sink.WritableOnMailbox(this, due: false);
                return true;
            case FrameType.Data:
                if (!Deliver(flags, payload))
                    return false;
                _inMessage = (flags & SsRxFlags.EndOfMessage) == 0;
                return true;
            case FrameType.Ack:
            case FrameType.Nack when IsEstablished:
                Sink.AcknowledgedOnMailbox(this, type == FrameType.Ack, type == FrameType.Ack ? null : Refused(number), number, number);
                if (World.Mutant == Mutant.AcknowledgesTwice && World.Random.OneIn(500))
                    Sink.AcknowledgedOnMailbox(this, type == FrameType.Ack, type == FrameType.Ack ? null : Refused(number), number, number);
                return true;
            case FrameType.Nack:
                PeerClosed(Refused(number));
                return false;
            case FrameType.Busy:
                PeerClosed(new TransportFailure(SsPhase.Peer, SsCauseCode.PeerBusy, "The simulated peer is busy.") { RetryAfter = number > 0 ? TimeSpan.FromMilliseconds(number) : null });
                return false;
            case FrameType.Close:
                Attempt.FinishAnswered = _finishing && Attempt.Connection!.Session.HasAnsweredFinish;
                PeerClosed(new TransportFailure(SsPhase.Peer, SsCauseCode.PeerClosed, "The simulated peer closed."));
                return false;
            default:
                return true;
        }
    }

    protected override void DialedOnMailbox() => Send(FrameType.Hello, 0);

    protected override TransportFailure EndOfBytes(bool insideFrame) => insideFrame || _inMessage
        ? new TransportFailure(SsPhase.Payload, SsCauseCode.PayloadTruncated, "The simulated peer ended inside a message.")
        : new TransportFailure(SsPhase.Peer, SsCauseCode.PeerClosed, "The simulated peer ended.");

    private static TransportFailure Refused(int status) => new(SsPhase.Peer, SsCauseCode.PeerRefused, "The simulated peer refused.") { Status = status };
}
