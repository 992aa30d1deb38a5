using System.Collections.Concurrent;

namespace SecureStreams.Transports.Mqtt;

/// <remarks>
/// What the connection leaves for the stream. One side puts in, in the connection's turn; the other takes out, in the stream's; the queues are in order, and flags are raised after what they are
/// about and read before it. Verdicts on messages sent do not wait behind payload, since a stream that receives nothing for the moment may still send.
/// </remarks>
internal sealed partial class MqttTransport
{
    private readonly ConcurrentQueue<MqttVerdict> _verdicts = new();
    private ConcurrentQueue<MqttPiece>? _pieces;

    // What was refused before it was asked for. The stream's own, and nobody's once it lets go.
    private Queue<TransportFailure>? _refused;
    private MqttOpening? _opening;
    private TransportFailure? _ending;
    private string?[]? _facts;
    private long _heldBytes;
    private int _heldPieces;
    private int _turnPosted;
    private int _writableDue;
    private bool _isClosing;
    private bool _isFinished;
    private bool _mustReattach;
    private bool _ready;
    private bool _awaitsRecord;
    private bool _isWrittenDown;
    private bool _threw;
    private bool _isDelivering;
    private bool _isTakenBack;
    private MqttRequest? _askedMeanwhile;
    private MqttPiece? _thrown;

    /// <summary>Bytes that wait for the stream. From any thread.</summary>
    public long HeldBytes => Volatile.Read(ref _heldBytes);

    /// <summary>Whether the stream takes nothing for the moment. From any thread.</summary>
    public bool IsPaused => Volatile.Read(ref _paused);

    /// <inheritdoc/>
    public override void CloseBecauseOnMailbox(SsCauseCode because)
    {
        _threw = because == SsCauseCode.HandlerException;
        CloseOnMailbox();
    }

    /// <summary>Offers a piece to the stream: it has it when this returns, if it is idle and receives. In the connection's turn.</summary>
    public MqttHandling GiveFromConnection(ReadOnlySpan<byte> piece, SsRxFlags flags, string?[]? values)
    {
        if (!Volatile.Read(ref _ready) || Volatile.Read(ref _heldPieces) != 0 || Volatile.Read(ref _paused) || !_setup.Mailbox.TryEnter())
            return MqttHandling.Busy;
        try
        {
            if (_letGo || _paused || _closed)
                return MqttHandling.Busy;
            DeliverOnMailbox(piece, flags, values);
            return _threw ? MqttHandling.Failed : MqttHandling.Taken;
        }
        finally
        {
            _setup.Mailbox.Exit();
        }
    }

    /// <summary>Leaves a piece for the stream. In the connection's turn.</summary>
    public void QueueFromConnection(ReadOnlySpan<byte> piece, SsRxFlags flags, string?[]? values, MqttTaking? taking, bool isUnanswered, bool isAcknowledged, ReadOnlySpan<byte> topic)
    {
        taking?.Add();
        Queue(MqttPiece.Of(piece, flags, topic) with { Values = values, Taking = taking, IsUnanswered = isUnanswered, IsAcknowledged = isAcknowledged });
    }

    /// <summary>Leaves a piece for the stream that it had not taken when it let go the last time. In the connection's turn.</summary>
    public void QueueKept(in MqttPiece piece) => Queue(piece.Values?.Length == _setup.Policy.Metadata.Length ? piece : piece with { Values = null });

    /// <summary>The next piece that waits for the stream, which has let go, or never was connected. In the connection's turn; the piece is its, and what waits for it to be taken.</summary>
    public bool TryTakeBack(out MqttPiece piece)
    {
        if (_thrown is { } thrown)
        {
            _thrown = null;
            piece = thrown;
        }
        else if (_pieces is not { } pieces || !pieces.TryDequeue(out piece))
        {
            piece = default;
            return false;
        }

        Count(piece, -1);
        return true;
    }

    /// <summary>The connection has taken back what the stream had not taken. In the connection's turn.</summary>
    public void TakenBackFromConnection()
    {
        Volatile.Write(ref _isTakenBack, true);
        PostTurn();
    }

    /// <summary>What became of a message that the stream sent. In the connection's turn.</summary>
    public void SettleFromConnection(in MqttVerdict verdict)
    {
        if (_verdicts.IsEmpty && Volatile.Read(ref _ready) && _setup.Mailbox.TryEnter())
        {
            try
            {
                if (!_letGo && !_closed)
                {
                    TellVerdictOnMailbox(verdict);
                    return;
                }
            }
            finally
            {
                _setup.Mailbox.Exit();
            }
        }

        _verdicts.Enqueue(verdict);
        PostTurn();
    }

    /// <summary>What the stream was not told, since it has let go. In the connection's turn.</summary>
    public bool TryTakeUntold(out MqttVerdict verdict)
    {
        verdict = default;
        return Volatile.Read(ref _letGo) && _verdicts.TryDequeue(out verdict);
    }

    /// <summary>The stream is connected. In the connection's turn.</summary>
    public void OpenFromConnection(MqttOpening opening)
    {
        Volatile.Write(ref _opening, opening);
        PostTurn();
    }

    /// <summary>There is room for messages again. In the connection's turn.</summary>
    public void WritableFromConnection()
    {
        Interlocked.Exchange(ref _writableDue, 1);
        PostTurn();
    }

    /// <summary>What was sent is answered, or has had its time: the stream that ends in order lets go. From any thread.</summary>
    public void FinishedFromConnection()
    {
        Volatile.Write(ref _isFinished, true);
        PostTurn();
    }

    /// <summary>There are verdicts on messages that the stream sent as another client. From any thread.</summary>
    public void CarriedFromConnection() => PostTurn();

    /// <summary>The attempt or the connection is over. The connection gives nothing more after this.</summary>
    /// <param name="failure">Why; null where the stream let go itself.</param>
    public void CloseFromConnection(TransportFailure? failure)
    {
        _ending = failure;
        Volatile.Write(ref _isClosing, true);
        PostTurn();
    }

    /// <summary>The connection that was found is no more: another one is to be had.</summary>
    public void ReattachFromConnection()
    {
        Volatile.Write(ref _mustReattach, true);
        PostTurn();
    }

    /// <summary>That the stream has taken a message is written down: it may have the next one. In the connection's turn.</summary>
    public void WrittenDownFromConnection()
    {
        Volatile.Write(ref _isWrittenDown, true);
        PostTurn();
    }

    private void Queue(in MqttPiece piece)
    {
        if (_pieces is null)
            Volatile.Write(ref _pieces, new ConcurrentQueue<MqttPiece>());
        Count(piece, 1);
        _pieces!.Enqueue(piece);
        PostTurn();
    }

    private void Count(in MqttPiece piece, int more)
    {
        Interlocked.Add(ref _heldBytes, more * (long)piece.Bytes);
        Interlocked.Add(ref _heldPieces, more);
        if (piece.IsUnanswered)
            _member!.Connection.CountUnanswered(more);
    }

    private void PostTurn()
    {
        if (Interlocked.Exchange(ref _turnPosted, 1) == 0)
            _setup.Mailbox.Post(this);
    }

    private void TurnOnMailbox()
    {
        Interlocked.Exchange(ref _turnPosted, 0);
        if (_closed)
            return;

        // Before the rest: what the connection left was left before it said so.
        var isClosing = Volatile.Read(ref _isClosing);
        var isFinished = Volatile.Read(ref _isFinished);
        if (Volatile.Read(ref _mustReattach))
            ReattachOnMailbox();
        if (!_connected && !_letGo && Volatile.Read(ref _opening) is { } opening)
            OpenOnMailbox(opening);
        while (!_letGo && _verdicts.TryDequeue(out var verdict))
            TellVerdictOnMailbox(verdict);
        while (!_letGo && _connected && _refused is { } refused && refused.TryDequeue(out var refusal))
            TellVerdictOnMailbox(new MqttVerdict(refusal, 0));
        while (!_letGo && _connected && _owners.TryTakeCarried(out var carried))
            TellVerdictOnMailbox(carried);
        DrainOnMailbox();
        if (isFinished && !_letGo)
            CloseBecauseOnMailbox(SsCauseCode.PolicyChanged);
        if (Interlocked.Exchange(ref _writableDue, 0) != 0 && !_letGo && _connected && _writer.IsWritable)
            _setup.Sink.WritableOnMailbox(this, due: false);

        // What waits for a stream that never was connected is not delivered: the broker has it still.
        if (isClosing && (_letGo ? Volatile.Read(ref _isTakenBack) : !_connected || Volatile.Read(ref _heldPieces) == 0))
            EndOnMailbox();
    }

    private void ReattachOnMailbox()
    {
        _mustReattach = false;
        if (_letGo)
        {
            CloseFromConnection(null);
            TakenBackFromConnection();
            return;
        }

        Attach(_member!.Attempt);
    }

    private void OpenOnMailbox(MqttOpening opening)
    {
        _connected = true;
        _openedAt = _factory.Links.Time.GetTimestamp();
        _connection = opening.Summary;
        StopTimer();
        var dial = _plan.Link.Dial;
        if (dial.ReportsPerformance && opening.Report is { } report)
            _setup.Sink.ReceivedOnMailbox(this, PerfReport.Of(report).Span, PerfReport.Flags);
        if (_letGo)
            return;
        if (!dial.Facts.IsEmpty)
        {
            _facts = new string?[_setup.Policy.Metadata.Length];
            dial.Facts.Fill(opening.Facts, _facts);
            _setup.PublishReceivedOnMailbox(_facts);
        }

        _writer.Open();
        _setup.Sink.ConnectedOnMailbox(this);
        Volatile.Write(ref _ready, true);
        Interlocked.Exchange(ref _writableDue, 1);
    }

    private void TellVerdictOnMailbox(in MqttVerdict verdict)
    {
        if (!_letGo && !_closed)
            _setup.Sink.AcknowledgedOnMailbox(this, verdict.Refusal is null, verdict.Refusal, verdict.Refusal?.Status ?? 0, verdict.Message);
    }

    private void DrainOnMailbox()
    {
        if (_pieces is not { } pieces || !_connected)
            return;
        var before = HeldBytes;
        if (_awaitsRecord && Volatile.Read(ref _isWrittenDown))
        {
            _awaitsRecord = _isWrittenDown = false;
            Interlocked.Decrement(ref _heldPieces);
        }

        while (!_awaitsRecord && !_letGo && !_paused && pieces.TryDequeue(out var piece))
        {
            // Counted down only afterwards, so that the connection puts nothing past it meanwhile.
            _isDelivering = true;
            DeliverOnMailbox(piece.Buffer.AsSpan(0, piece.Bytes), piece.Flags, piece.Values);
            _isDelivering = false;
            if (_threw && piece.IsAcknowledged && piece.IsWhole)
                _thrown = piece;
            else
                PutAway(piece, taken: !_threw);
            if (_askedMeanwhile is { } how)
            {
                _askedMeanwhile = null;
                _member!.Post(how);
            }
        }

        // The connection may have stopped reading because of what waited here.
        if (_member is { Connection.IsResting: true } member && before > 0 && HeldBytes <= _plan.ReceiveCap / 2)
            member.Post(MqttRequest.Flow);
    }

    private void DeliverOnMailbox(ReadOnlySpan<byte> piece, SsRxFlags flags, string?[]? values)
    {
        if (values is not null)
        {
            if (_facts is { } facts && !ReferenceEquals(facts, values))
                _plan.Link.Dial.Facts.Carry(facts, values);
            _setup.PublishReceivedOnMailbox(values);
        }

        _setup.Sink.ReceivedOnMailbox(this, piece, flags);
    }

    private void PutAway(in MqttPiece piece, bool taken)
    {
        piece.Return();
        var waits = piece.Taking is { } taking && taking.Done(taken) && !TryWriteDown(taking);
        Count(piece, -1);
        if (waits)
            Interlocked.Increment(ref _heldPieces);
    }

    /// <summary>
    /// All have taken a message: the connection hears of it. Where another process must not be given it again, that is written down before the stream has the next one.
    /// </summary>
    /// <returns>False when the stream has to wait for that, and the piece counts as held until then.</returns>
    private bool TryWriteDown(MqttTaking taking)
    {
        var connection = taking.Connection;
        if (taking.Ticket.Qos == 2 && connection.IsKept && !_letGo && taking is { IsRefused: false, IsLeft: false })
        {
            if (connection.Mailbox.IsCurrent)
            {
                connection.TakenOnMailbox(taking);
                return true;
            }

            if (connection.Mailbox.TryEnter())
            {
                try
                {
                    connection.TakenOnMailbox(taking);
                }
                finally
                {
                    connection.Mailbox.ExitToScheduler();
                }

                return true;
            }

            _awaitsRecord = true;
            taking.Waits = this;
        }

        connection.Mailbox.Post(taking);
        return !_awaitsRecord;
    }

    private void EndOnMailbox()
    {
        _closed = true;
        StopTimer();
        _writer.End();
        while (_pieces is { } pieces && pieces.TryDequeue(out var piece))
            PutAway(piece, taken: false);
        _failure ??= _ending;
        _setup.Sink.ClosedOnMailbox(this, _failure);
        _done.TrySetResult();
    }
}
