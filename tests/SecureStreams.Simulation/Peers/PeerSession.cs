using SecureStreams.Simulation.Engine;
using SecureStreams.Simulation.Faults;
using SecureStreams.Simulation.Network;
using SecureStreams.Simulation.Protocol;

namespace SecureStreams.Simulation.Peers;

/// <summary>The peer's side of one connection: answers, sends messages of its own, and misbehaves when it is told to.</summary>
internal sealed class PeerSession : IPipeEnd, IFrameSink, ISimEvent
{
    private const long PushMin = 4_000_000;
    private const long PushMax = 20_000_000;

    private readonly SimWorld _world;
    private readonly SimConnection _connection;
    private readonly FrameParser _parser = new();
    private readonly SimActor _actor;
    private PayloadCursor _sending;
    private PayloadCursor _receiving;
    private bool _greeted;
    private bool _cutAnswer;
    private bool _stalled;

    public PeerSession(SimWorld world, SimConnection connection)
    {
        _world = world;
        _connection = connection;
        _actor = connection.Attempt.Actor;
        _sending = new PayloadCursor(_actor.Index, connection.Attempt.Id, down: true);
        _receiving = new PayloadCursor(_actor.Index, connection.Attempt.Id, down: false);
    }

    /// <summary>Whether nobody is here any more.</summary>
    public bool IsGone { get; private set; }

    /// <summary>Whether the connection is up as this side sees it.</summary>
    public bool IsGreeted => _greeted && !IsGone;

    /// <summary>What it has sent so far: the piece that comes next.</summary>
    public PayloadCursor Sending => _sending;

    /// <summary>Whether it has heard that the connection ends in order, and has answered.</summary>
    public bool HasAnsweredFinish { get; private set; }

    public void Leave() => IsGone = true;

    public void Arrived(ReadOnlySpan<byte> bytes)
    {
        _connection.Socket.Drained();
        if (!IsGone && !_parser.Feed(bytes, this))
            _world.Violate("Payload", _actor, "the peer received bytes that are no frames");
    }

    public void Ended() => Finish();

    /// <summary>Closes in order.</summary>
    public void Close()
    {
        if (IsGone)
            return;
        _connection.Attempt.Touch(FaultKind.PeerClose);
        Send(FrameType.Close, 0);
        Finish();
    }

    /// <summary>Sends what is no frame.</summary>
    public void SendGarbage()
    {
        if (IsGone)
            return;
        _connection.Attempt.Touch(FaultKind.Garbage);
        _connection.Down.Send([0x00, 0x01, 0x02, 0x03]);
    }

    /// <summary>Ends in the middle of a frame.</summary>
    public void Truncate()
    {
        if (IsGone)
            return;
        _connection.Attempt.Touch(FaultKind.Truncated);
        _connection.Down.Send([Frame.Mark, (byte)FrameType.Data, 0]);
        Finish();
    }

    public bool TakeFrame(FrameType type, SsRxFlags flags, int number, ReadOnlySpan<byte> payload)
    {
        if (IsGone || _stalled)
            return true;
        switch (type)
        {
            case FrameType.Hello:
                Greet();
                break;
            case FrameType.Request:
                if (!Misbehave() && number == 0)
                    Answer();
                break;
            case FrameType.Data:
                TakeData(flags, payload);
                break;
            case FrameType.Ping:
                Send(FrameType.Pong, number);
                break;
            case FrameType.Close when _connection.Attempt.Finishes:
                AnswerFinish();
                break;
            case FrameType.End:
            case FrameType.Close:
                Close();
                break;
        }

        return true;
    }

    /// <summary>Time for a message of this side.</summary>
    public bool Fire(int argument)
    {
        if (IsGone)
            return false;
        SendMessage();
        PlanPush();
        return true;
    }

    /// <summary>A whole message now.</summary>
    public void SendMessage()
    {
        Span<byte> frame = stackalloc byte[Frame.HeaderBytes + Payload.LargestPiece];
        Span<byte> piece = stackalloc byte[Payload.LargestPiece];
        bool ends;
        do
        {
            var content = piece[.._sending.Length];
            _sending.Fill(content);
            ends = _sending.Ends;
            var flags = (_sending.Starts ? SsRxFlags.StartOfMessage : 0) | (ends ? SsRxFlags.EndOfMessage : 0);
            _connection.Down.Send(frame[..Frame.Write(frame, FrameType.Data, flags, _sending.Message, content)]);
            _sending.Advance();
        }
        while (!ends);
    }

    /// <summary>The product ends the connection in order: a last word, now and then, and the end of this side.</summary>
    private void AnswerFinish()
    {
        if (_receiving.Position != _connection.Attempt.Sending.Position)
            _world.Violate("NothingLost", _actor, $"the connection of attempt {_connection.Attempt.Id} ended in order, its stream had sent up to {_connection.Attempt.Sending}, and the peer received up to {_receiving}");
        HasAnsweredFinish = true;
        if (_connection.IsOpen && _world.Random.OneIn(2))
            SendMessage();
        Send(FrameType.Close, 0);
        Finish();
    }

    private void Greet()
    {
        if (Misbehave())
            return;
        _greeted = true;
        Send(FrameType.Welcome, 0);
        if (_world.Random.OneIn(3))
            SendMessage();
        PlanPush();
    }

    private void PlanPush() => _world.Clock.Schedule(_world.Random.Between(PushMin, PushMax), this, 0);

    /// <summary>Does instead of answering what the faults in force say.</summary>
    private bool Misbehave()
    {
        var (network, attempt) = (_world.Network, _connection.Attempt);
        if (network.Strikes(attempt, FaultKind.Stall))
            return _stalled = true;
        if (network.Strikes(attempt, FaultKind.PeerRefuses))
        {
            Send(FrameType.Nack, 403);
            Finish();
            return true;
        }

        if (network.Strikes(attempt, FaultKind.PeerBusy))
        {
            Send(FrameType.Busy, _connection.Attempt.Server.RetryAfterMilliseconds);
            Finish();
            return true;
        }

        if (network.Strikes(attempt, FaultKind.Garbage))
        {
            SendGarbage();
            return _stalled = true;
        }

        if (network.Strikes(attempt, FaultKind.Truncated))
        {
            // An answer may also be cut later, behind its head.
            if (_actor.Kind.IsTransactional && _world.Random.OneIn(2))
            {
                _cutAnswer = true;
                return false;
            }

            Truncate();
            return true;
        }

        return false;
    }

    private void TakeData(SsRxFlags flags, ReadOnlySpan<byte> payload)
    {
        var ends = (flags & SsRxFlags.EndOfMessage) != 0;
        var message = _receiving.Message;
        if (_receiving.Take(payload, (flags & SsRxFlags.StartOfMessage) != 0, ends) is { } wrong)
            _world.Violate("Payload", _actor, $"the peer received {wrong}");
        _world.Trace.Add(TraceKind.PeerReceived, _actor.Index, message, payload.Length);
        if (!ends)
            return;
        if (_actor.Kind.IsTransactional)
            Answer();
        else if (_connection.Attempt.Acknowledges)
            Send(!_world.IsScenario && _world.Random.OneIn(20) ? FrameType.Nack : FrameType.Ack, message);
    }

    private void Answer()
    {
        // One in eight is a refusal by the application behind the peer, which is an answer like another.
        Send(FrameType.Response, !_world.IsScenario && _world.Random.OneIn(8) ? 404 : 200);
        if (_cutAnswer)
        {
            Truncate();
            return;
        }

        SendMessage();
        Send(FrameType.End, 0);
        Finish();
    }

    private void Send(FrameType type, int number)
    {
        Span<byte> frame = stackalloc byte[Frame.HeaderBytes];
        _connection.Down.Send(frame[..Frame.Write(frame, type, 0, number, [])]);
    }

    private void Finish()
    {
        if (IsGone)
            return;
        IsGone = true;
        _connection.Down.SendEnd();
    }
}
