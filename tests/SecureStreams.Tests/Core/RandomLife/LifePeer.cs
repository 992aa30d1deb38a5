using SecureStreams.Transports;
using SecureStreams.Transports.InMemory;

namespace SecureStreams.Tests.Core.RandomLife;

/// <summary>The other side of one attempt, which does anything at random that a transport may do. One caller at a time.</summary>
internal sealed class LifePeer(InMemoryPeer peer, bool transactional)
{
    private bool _accepted;
    private bool _decided;
    private bool _open;
    private bool _closed;

    public InMemoryPeer Peer { get; } = peer;

    /// <summary>Whether writes are held back, as far as the peer was told.</summary>
    public bool Stalled { get; private set; }

    public bool IsOver => _closed || Peer.Ended.IsCompleted;

    /// <summary>Does one thing and names it.</summary>
    public string Act(Random random)
    {
        if (IsOver)
            return "nothing, it is over";
        var what = random.Next(100);
        return _accepted ? WhenAccepted(random, what) : BeforeAccepted(random, what);
    }

    private string BeforeAccepted(Random random, int what)
    {
        switch (what)
        {
            case < 45:
                _accepted = true;
                Peer.Accept();
                return "accepts";
            case < 70:
                return Close(random, clean: false);
            case < 73:
                return Close(random, clean: true);
            case < 80:
                Peer.UserState(1000 + random.Next(5), 404);
                return "user state";
            case < 86:
                _open = false;
                Peer.Restart(new TransportFailure(SsPhase.Protocol, SsCauseCode.None, "redirected"));
                return "restarts";
            case < 94 when transactional:
                Stalled = false;
                Peer.AllowTransmit(due: true);
                return "wants the body";
            default:
                return "does nothing";
        }
    }

    private string WhenAccepted(Random random, int what)
    {
        switch (what)
        {
            case < 25 when !transactional || !_decided:
                var (flags, length) = NextPiece(random);
                Peer.Send(new byte[length], flags);
                return $"sends {length} [{flags}]";
            case < 50 when transactional ? !_decided && !_open : what < 30:
                _decided = true;
                var ack = random.Next(3) > 0;
                Peer.Acknowledge(ack, ack ? 200 : 404, ack ? null : new TransportFailure(SsPhase.Peer, SsCauseCode.PeerRefused, "refused") { Status = 404 });
                return ack ? "acknowledges" : "refuses";
            case < 58 when !transactional || _decided:
                return Close(random, clean: true);
            case < 64:
                return Close(random, clean: false);
            case < 70:
                Stalled = true;
                Peer.StallWrites();
                return "stalls";
            case < 85 when !transactional || !_decided:
                Stalled = false;
                Peer.AllowTransmit(due: false);
                return "takes bytes";
            default:
                return "does nothing";
        }
    }

    private (SsRxFlags Flags, int Length) NextPiece(Random random)
    {
        var length = random.Next(1, 40);
        if (!transactional)
            return (SsRxFlags.None, length);
        var flags = _open ? SsRxFlags.None : SsRxFlags.StartOfMessage;
        if (random.Next(2) == 0)
            flags |= SsRxFlags.EndOfMessage;
        _open = !flags.HasFlag(SsRxFlags.EndOfMessage);
        return (flags, length);
    }

    private string Close(Random random, bool clean)
    {
        _closed = true;
        if (clean)
        {
            Peer.Close(null);
            return "closes";
        }

        var hint = random.Next(6) == 0 ? TimeSpan.FromSeconds(random.Next(60)) : (TimeSpan?)null;
        var permanent = random.Next(12) == 0;
        Peer.Close(new TransportFailure(SsPhase.Peer, SsCauseCode.ConnectionReset, "reset") { RetryAfter = hint, Permanent = permanent });
        return $"resets{(hint is null ? "" : $", come back in {hint.Value.TotalSeconds} s")}{(permanent ? ", for good" : "")}";
    }
}
