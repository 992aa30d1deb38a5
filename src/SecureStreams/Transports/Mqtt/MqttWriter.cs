using System.Buffers;
using SecureStreams.Transports.Connections;
using SecureStreams.Transports.Mqtt.Session;

namespace SecureStreams.Transports.Mqtt;

/// <summary>
/// Pieces become whole messages, each in an array of its own behind its topic, as sessions hold them; a flush hands all that are whole to the connection.
/// </summary>
/// <remarks>Everything is the stream's mailbox's, until a flush finds the connection busy: what was released is the connection's then, and nothing is taken until it has taken that.</remarks>
internal sealed partial class MqttWriter(MqttTransport transport, MqttPlan plan) : TransportWriter
{
    private readonly MqttHead _heads = new(plan);
    private readonly MqttBatch _batch = new();
    private byte[]? _spare;
    private byte[]? _body;
    private byte[] _bodyHead = [];
    private int _head;
    private int _topic;
    private int _payload;
    private int _releasedPayload;
    private int _releasedCount;
    private long _queued;
    private bool _open;
    private bool _ended;
    private bool _endStaged;
    private bool _inMessage;
    private bool _inMessageAtRelease;
    private bool _bodyAtRelease;
    private long _number;
    private long _numberAtRelease;
    private TransportFailure? _refusal;
    private TransportFailure? _refusalAtRelease;
    private int _handed;
    private int _wants;

    /// <inheritdoc/>
    public override bool IsWritable
    {
        get
        {
            if (!_open || _ended || Volatile.Read(ref _handed) != 0)
                return false;
            if (transport.MaySend)
                return true;

            // In this order: whoever makes room looks for who waits after it has made it.
            Interlocked.Exchange(ref _wants, 1);
            return transport.MaySend;
        }
    }

    /// <inheritdoc/>
    public override bool MoreRoom => _open && !_ended && !_endStaged && Volatile.Read(ref _handed) == 0 && (_inMessage || (Queued + Staged < plan.Policy.TransmitWatermarkHigh && _batch.Count < MqttDefaults.BatchMessages));

    /// <inheritdoc/>
    public override long Queued => Volatile.Read(ref _queued);

    /// <inheritdoc/>
    public override bool IsBetweenMessages => !_inMessageAtRelease;

    /// <inheritdoc/>
    public override long MessageNumber => _inMessage ? _number : transport.Owners.Messages + 1;

    private long Staged { get; set; }

    /// <summary>From now on messages are taken.</summary>
    public void Open() => _open = true;

    /// <summary>From now on none is.</summary>
    public void Close() => _open = false;

    /// <summary>The stream has let go: what is not on its way is dropped. What the connection holds is for it to send.</summary>
    public void End()
    {
        _open = false;
        Give(ref _spare);
        Give(ref _body);
        if (Volatile.Read(ref _handed) == 0)
            _batch.Clear();
    }

    /// <summary>Whether the stream waits to be told that it can send; asked once for each time it waits. From any thread.</summary>
    public bool TakeWants() => Volatile.Read(ref _wants) != 0 && Interlocked.Exchange(ref _wants, 0) != 0;

    /// <summary>The connection has taken all that was handed to it. On the connection's mailbox.</summary>
    public void TakenOnMailboxOfConnection()
    {
        Interlocked.Exchange(ref _queued, 0);
        Volatile.Write(ref _handed, 0);
    }

    /// <inheritdoc/>
    public override Span<byte> GetSpan()
    {
        if (!MoreRoom)
            return [];
        if (_refusal is null && _body is null)
            BeginBody();
        if (_refusal is not null)
            return (_spare ??= MqttBodies.Pool.Rent(LinkDefaults.PieceBytes)).AsSpan(0, LinkDefaults.PieceBytes);
        var room = _body!.Length - _head - _payload;
        if (room < LinkDefaults.LeastRoomBytes)
        {
            Grow();
            room = _body.Length - _head - _payload;
        }

        return _body.AsSpan(_head + _payload, Math.Min(room, LinkDefaults.PieceBytes));
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The flags do not go with those of the piece before. Nothing is taken then.</exception>
    public override void Advance(int bytes, SsTxFlags flags)
    {
        // A span may have been taken before the connection was let go: then there is nowhere to put it.
        if (!_open || _ended || _endStaged || Volatile.Read(ref _handed) != 0)
            return;

        var isStart = (flags & SsTxFlags.StartOfMessage) != 0;
        var isEnd = (flags & SsTxFlags.EndOfMessage) != 0;
        var isLast = (flags & SsTxFlags.EndOfStream) != 0;
        if (bytes > 0 || isStart || isEnd || !isLast)
        {
            if (isStart && _inMessage)
                throw new InvalidOperationException("StartOfMessage came in the middle of a message; commit its last piece with EndOfMessage first.");
            if (!isStart && !_inMessage)
                throw new InvalidOperationException("A piece came without StartOfMessage, and no message was begun; commit a message in one piece with WholeMessage.");
            if (isLast && !isEnd)
                throw new InvalidOperationException("EndOfStream came in the middle of a message; end the message with EndOfMessage first or together with it.");
            if (isStart)
            {
                _number = ++transport.Owners.Messages;
                BeginMessage(bytes);
            }

            Take(bytes);
            _inMessage = !isEnd;
            if (isEnd)
                EndMessage();
        }
        else if (_inMessage)
        {
            throw new InvalidOperationException("EndOfStream came in the middle of a message; end the message with EndOfMessage first or together with it.");
        }

        _endStaged = isLast;
    }

    /// <inheritdoc/>
    public override long ReleaseOnMailbox()
    {
        for (; _releasedCount < _batch.Count; _releasedCount++)
        {
            if (_batch[_releasedCount].Refusal is null)
                Fit(ref _batch[_releasedCount]);
            else
                Drop(ref _batch[_releasedCount]);
        }

        if (_refusal is not null)
            Give(ref _body);
        _releasedPayload = _payload;
        _inMessageAtRelease = _inMessage;
        _numberAtRelease = _number;
        _bodyAtRelease = _body is not null && _inMessage;
        _refusalAtRelease = _refusal;
        _ended |= _endStaged;
        _endStaged = false;
        var kept = Staged;
        Staged = 0;
        Interlocked.Add(ref _queued, kept);
        return kept;
    }

    /// <inheritdoc/>
    public override void RollbackOnMailbox()
    {
        _endStaged = false;
        Staged = 0;
        if (Volatile.Read(ref _handed) != 0)
            return;

        // A message that was begun before and ended since is under way again; all others are gone.
        while (_batch.Count > _releasedCount)
        {
            var message = _batch.RemoveLast();
            if (IsBodyOfRelease)
            {
                Give(ref _body);
                (_body, _topic, _head) = (message.Body, message.TopicBytes, message.TopicBytes + message.PropertiesBytes);
            }
            else if (message.Refusal is null)
            {
                MqttBodies.Pool.Return(message.Body);
            }
        }

        if (!_bodyAtRelease)
            Give(ref _body);
        _payload = _bodyAtRelease ? _releasedPayload : 0;
        _refusal = _refusalAtRelease;
        _inMessage = _inMessageAtRelease;
        _number = _numberAtRelease;
    }

    /// <inheritdoc/>
    public override bool FlushOnMailbox()
    {
        if (!_inMessage)
            Give(ref _spare);
        if (_releasedCount > 0)
        {
            _releasedCount = 0;
            Volatile.Write(ref _handed, 1);
            transport.HandOverOnMailbox(_batch);
        }

        return IsWritable;
    }

    /// <summary>What is refused needs no array any more; an empty one stands for it.</summary>
    private static void Drop(ref MqttOutgoing message)
    {
        if (message.Body.Length > 0)
            MqttBodies.Pool.Return(message.Body);
        message = message with { Body = [], TopicBytes = 0, PropertiesBytes = 0 };
    }

    private static void Give(ref byte[]? buffer)
    {
        if (buffer is { } held)
        {
            buffer = null;
            MqttBodies.Pool.Return(held);
        }
    }
}
