using SecureStreams.Policy;

namespace SecureStreams.Transports.InMemory;

/// <summary>The other side of one in-memory attempt. Every call takes effect in order on the stream's mailbox; calls after the end have none.</summary>
internal sealed class InMemoryPeer
{
    private readonly InMemoryTransport _transport;
    private readonly Lock _lock = new();
    private readonly List<InMemoryPiece> _sent = [];

    public InMemoryPeer(InMemoryTransport transport, TransportSetup setup)
    {
        _transport = transport;
        Setup = setup;
    }

    /// <summary>What the attempt was made of.</summary>
    public TransportSetup Setup { get; }

    /// <summary>The stream's side.</summary>
    public StreamTransport Transport => _transport;

    /// <summary>The policy of the attempt.</summary>
    public StreamTypePolicy Policy => Setup.Policy;

    /// <summary>What the stream sent, each piece with its flags, and how many writes it took.</summary>
    public IReadOnlyList<InMemoryPiece> Sent
    {
        get
        {
            lock (_lock)
                return [.. _sent];
        }
    }

    /// <summary>How many flushes carried <see cref="Sent"/>.</summary>
    public int Writes { get; private set; }

    /// <summary>Whether the peer gives no sign of life when it is asked.</summary>
    public bool IsSilent { get; set; }

    /// <summary>Whether the stream has asked for an orderly end, because another connection takes the place of this one.</summary>
    public bool IsAskedToFinish { get; internal set; }

    /// <summary>Whether the peer then goes on until the test ends it; else it ends at once.</summary>
    public bool FinishesLate { get; set; }

    /// <summary>How often it was asked for one.</summary>
    public int Pings { get; internal set; }

    /// <summary>Completes when the stream has let go or the peer has closed, and the transport is done.</summary>
    public Task Ended => _transport.Completion;

    /// <summary>A sign of life arrives; before the attempt succeeds, it says that the peer is there.</summary>
    public void ShowLife() => _transport.Post(static t => t.HeardOnMailbox());

    /// <summary>The attempt succeeds.</summary>
    public void Accept() => _transport.Post(static t => t.AcceptOnMailbox());

    /// <summary>The attempt fails, or the connection or transaction ends; null for as it should.</summary>
    public void Close(TransportFailure? failure) => _transport.Post(t => t.EndOnMailbox(failure));

    /// <summary>A piece arrives at the stream; it waits in the transport while the stream has paused.</summary>
    public void Send(ReadOnlyMemory<byte> payload, SsRxFlags flags)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(payload.Length, InMemoryTransport.LargestPiece);
        _transport.Post(t => t.ArriveOnMailbox(new InMemoryPiece(payload.ToArray(), (int)flags)));
    }

    /// <summary>The transaction is acknowledged or refused, after what was sent before has been delivered.</summary>
    public void Acknowledge(bool ack, int status, TransportFailure? refusal = null) => _transport.Post(t => t.AcknowledgeOnMailbox(ack, status, refusal));

    /// <summary>Metadata that the peer sends, one place for each declared name; null where it sends none.</summary>
    public void Received(string?[] values) => _transport.Post(_ => Setup.PublishReceivedOnMailbox(values));

    /// <summary>A user state is delivered.</summary>
    public void UserState(int state, int status) => _transport.Post(t => t.UserStateOnMailbox((SsState)state, status));

    /// <summary>The request is to be sent again from its beginning.</summary>
    public void Restart(TransportFailure reason) => _transport.Post(t => t.RestartOnMailbox(reason));

    /// <summary>The stream may send: it is asked at once when bytes are due.</summary>
    public void AllowTransmit(bool due) => _transport.Post(t => t.AllowTransmitOnMailbox(due));

    /// <summary>From now on writes stay in the transport until <see cref="AllowTransmit"/>.</summary>
    public void StallWrites() => _transport.Post(static t => t.StallOnMailbox());

    internal void Took(IReadOnlyList<InMemoryPiece> pieces)
    {
        lock (_lock)
        {
            _sent.AddRange(pieces);
            Writes++;
        }
    }
}
