using SecureStreams.Core;
using SecureStreams.Policy;

namespace SecureStreams.Transports.InMemory;

/// <summary>The stream's side of an in-memory attempt.</summary>
internal sealed class InMemoryTransport : StreamTransport
{
    /// <summary>The largest piece a stream is ever given.</summary>
    public const int LargestPiece = 16 * 1024;

    private readonly InMemoryNetwork _network;
    private readonly TransportSetup _setup;
    private readonly InMemoryWriter _writer;
    private readonly Queue<Action> _arrived = new();
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ITimer? _bound;
    private long? _lastHeard;
    private bool _paused;
    private bool _letGo;
    private bool _ended;

    public InMemoryTransport(InMemoryNetwork network, TransportSetup setup)
    {
        _network = network;
        _setup = setup;
        _paused = setup.ReceivePaused;
        _writer = new InMemoryWriter(this);
        Peer = new InMemoryPeer(this, setup);
    }

    public InMemoryPeer Peer { get; }

    public override bool IsTransactional => _setup.Policy.Protocol is WireProtocol.H1 or WireProtocol.H2;

    public override TransportWriter Writer => _writer;

    public override Task Completion => _completion.Task;

    public override void StartOnMailbox()
    {
        // Only where it is stated: whoever plays the other side is not forgotten by default.
        if (_setup.Policy.Find("connect_timeout_ms") is not null)
            _bound = _network.Time.CreateDetachedTimer(static state => ((InMemoryTransport)state!).Post(static t => t.TimedOutOnMailbox()), this, _setup.ConnectTimeout);
        _network.Started(Peer);
    }

    public override void PauseReceiveOnMailbox(bool paused)
    {
        _paused = paused;
        if (!paused)
            Post(static t => t.DeliverOnMailbox());
    }

    public override long? LastHeardOnMailbox => _lastHeard;

    public override bool CanPing => _setup.Policy.Protocol is WireProtocol.H2 or WireProtocol.WebSocket or WireProtocol.Mqtt;

    public override void PingOnMailbox()
    {
        Peer.Pings++;
        if (!Peer.IsSilent)
            Post(static t => t.HeardOnMailbox());
    }

    public override void CloseOnMailbox()
    {
        // From here on only the end is told.
        _letGo = true;
        EndBound();
        _writer.Open = false;
        _arrived.Clear();
        _setup.Mailbox.Post(new MailboxAction<InMemoryTransport>(this, static t => t.EndOnMailbox(null)));
    }

    public override void FinishOnMailbox()
    {
        Peer.IsAskedToFinish = true;
        _writer.Open = false;
        if (!Peer.FinishesLate)
            Post(static t => t.EndOnMailbox(null));
    }

    /// <summary>Runs on the mailbox, in order, never inside the caller's turn; nothing runs once the transport has ended.</summary>
    public void Post(Action<InMemoryTransport> action) =>
        _setup.Mailbox.Post(new MailboxAction<(InMemoryTransport Transport, Action<InMemoryTransport> Action)>((this, action), static item =>
        {
            if (!item.Transport._letGo && !item.Transport._ended)
                item.Action(item.Transport);
        }));

    public void HeardOnMailbox() => _lastHeard = _network.Time.GetTimestamp();

    public void AcceptOnMailbox()
    {
        HeardOnMailbox();
        EndBound();
        _setup.Sink.ConnectedOnMailbox(this);
        if (!IsTransactional && !_letGo && !_ended)
            AllowTransmitOnMailbox(due: false);
    }

    public void ArriveOnMailbox(InMemoryPiece piece)
    {
        HeardOnMailbox();
        _arrived.Enqueue(() => _setup.Sink.ReceivedOnMailbox(this, piece.Payload, (SsRxFlags)piece.Flags));
        DeliverOnMailbox();
    }

    public void AcknowledgeOnMailbox(bool ack, int status, TransportFailure? refusal)
    {
        _arrived.Enqueue(() => _setup.Sink.AcknowledgedOnMailbox(this, ack, refusal, status));
        DeliverOnMailbox();
    }

    public void UserStateOnMailbox(SsState state, int status) => _setup.Sink.UserStateOnMailbox(this, state, status);

    public void RestartOnMailbox(TransportFailure reason) => _setup.Sink.RestartedOnMailbox(this, reason);

    public void StallOnMailbox() => _writer.Stalled = true;

    public void AllowTransmitOnMailbox(bool due)
    {
        _writer.Open = true;
        _writer.Stalled = false;
        if (_writer.FlushOnMailbox())
            _setup.Sink.WritableOnMailbox(this, due);
    }

    /// <summary>Ends once; what has not been delivered by then is gone with the connection, unless it ended as it should.</summary>
    public void EndOnMailbox(TransportFailure? failure)
    {
        if (failure is null && !_letGo && _paused && _arrived.Count > 0)
        {
            _arrived.Enqueue(() => EndOnMailbox(null));
            return;
        }

        if (_ended)
            return;
        _ended = true;
        EndBound();
        _writer.Open = false;
        _arrived.Clear();
        _setup.Sink.ClosedOnMailbox(this, failure);
        _completion.TrySetResult();
    }

    private void EndBound()
    {
        _bound?.Dispose();
        _bound = null;
    }

    private void TimedOutOnMailbox()
    {
        if (_bound is not null)
            EndOnMailbox(new TransportFailure(SsPhase.Timeout, SsCauseCode.ConnectTimeout, $"No connection within {_setup.ConnectTimeout.TotalSeconds:0.###} s.") { Attribute = "connect_timeout_ms" });
    }

    private void DeliverOnMailbox()
    {
        while (!_paused && !_letGo && !_ended && _arrived.TryDequeue(out var deliver))
            deliver();
    }
}
