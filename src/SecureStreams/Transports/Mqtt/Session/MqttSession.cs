using System.Buffers;

namespace SecureStreams.Transports.Mqtt.Session;

/// <summary>
/// What both sides of MQTT remember of each other beyond a connection (section 4.1): messages of QoS 1 and 2 on their way out, until the broker has them, and the identifiers
/// of messages of QoS 2 that came in. It knows no socket and no clock; a connection asks it what to send and tells it what came.
/// </summary>
/// <remarks>
/// <para>
/// One owner: everything is called on the mailbox of the connection (or of whatever holds the session between two connections), one call at a time. It calls nobody but its store.
/// </para>
/// <para>
/// <b>Out.</b> A writer gathers a message in an array from <see cref="Pool"/> and gives it with <see cref="TryHold"/>: from then on the array is the session's, which returns it
/// when the message is settled. <see cref="TryHold"/> says no when the session is full (<see cref="CanHold"/>): the array stays the writer's, and the writer is not writable until
/// messages are settled. After every drain, connected or not, the connection calls <see cref="TryTake"/> until it says no, and writes what it gets, whole and in that order. Of
/// a PUBLISH, topic, properties and payload are read from the message in as many pieces as the output takes; <see cref="Written"/> ends it, and nothing else is handed out before.
/// So one append to the journal and one write to the network serve all that a drain brought. Where nothing can be written for a while, <see cref="Commit"/> does the first half; without
/// a connection each step is committed by itself.
/// </para>
/// <para>
/// Answers are told with <see cref="PubAckArrived"/>, <see cref="PubRecArrived"/> and <see cref="PubCompArrived"/>; what they return says whether a message is settled, whose it was,
/// and how: that is <c>QosAckRemote</c> or <c>QosNackRemote</c>. An answer that fits nothing changes nothing and is counted in <see cref="Strays"/>.
/// SUBSCRIBE and UNSUBSCRIBE take their identifiers here too (<see cref="TakeRequestId"/>), since they are the same numbers.
/// </para>
/// <para>
/// <b>In.</b> A PUBLISH of QoS 1 or 2 is asked about with <see cref="PublishArrived"/> when its head is there. What is to be delivered gets a ticket; when its streams have taken the
/// message whole, <see cref="Accept"/> makes the PUBACK or PUBREC, in the order of these calls. Each ticket is ended once by <see cref="Accept"/>, <see cref="Refuse"/> or
/// <see cref="Leave"/> (a stream that goes away with a message it has not taken), the latest when the connection is over for QoS 1; tickets of QoS 2 stay good over reconnects, and until
/// they are ended the message is not delivered again. PUBREL is told with <see cref="PubRelArrived"/>. Section 4.6 wants answers of one QoS in the order in which the messages
/// came: so it is where messages are taken in that order; of streams that share a connection each keeps its own.
/// </para>
/// <para>
/// <b>Connections.</b> <see cref="Connected"/> when the broker accepted, before anything is sent: it says whether subscriptions are to be made, and rewinds to what has to be sent
/// again. <see cref="Disconnected"/> when nothing of the connection reads from the session's messages any more. With a clean start, and when a session ends for good, <see cref="End"/>
/// gives up all messages. After each of <see cref="Connected"/> and <see cref="End"/>, <see cref="TryTakeSettled"/> tells what became of messages thereby, until it says no.
/// <see cref="Dispose"/> returns all arrays and closes the store; what is in the store comes back with the next session that is made with it. The store is <see cref="MqttSessionFile"/> where there
/// is a folder of state, the client id is one that the next process has too, and the session is not a clean one; else <see cref="MqttNoStore"/>.
/// </para>
/// </remarks>
internal sealed partial class MqttSession : IDisposable
{
    private readonly MqttSessionLimits _limits;
    private readonly IMqttSessionStore _store;
    private readonly MqttPacketIds _ids;

    // Each in the order of sending: what waits for the window, what has a number and no answer, what the broker has taken over (by PUBREC).
    private readonly MqttHeldList _waiting = new();
    private readonly MqttHeldList _sent = new();
    private readonly MqttHeldList _released = new();
    private readonly MqttHeldList _toTell = new();
    private readonly Stack<MqttHeldMessage> _spares = [];
    private readonly MqttReplies _replies = new();

    // The first of each list that was not handed out on this connection.
    private MqttHeldMessage? _unsent;
    private MqttHeldMessage? _unreleased;
    private MqttHeldMessage? _writing;
    private bool _writingIsSettled;
    private int _out;
    private int _outTwice; // Of these, those of QoS 2.
    private int _ownWindow;
    private int _exactlyOnceWindow;
    private int _window;
    private ulong _lastTicket;
    private bool _isConnected;
    private bool _isEstablished;
    private bool _isUncommitted;
    private bool _isLoading = true;
    private bool _isDisposed;

    /// <summary>Begins with what the store has kept.</summary>
    /// <param name="limits">What it may hold.</param>
    /// <param name="store">Where its state outlasts the process; disposed with it. <see cref="MqttNoStore"/> for nowhere.</param>
    /// <param name="pool">Where the arrays of messages come from and go back to.</param>
    /// <param name="firstId">The first packet identifier that it gives. One by chance keeps a process that kept nothing from meeting those of the process before it.</param>
    public MqttSession(MqttSessionLimits limits, IMqttSessionStore store, ArrayPool<byte> pool, ushort firstId = 1)
    {
        _limits = limits;
        (_ownWindow, _exactlyOnceWindow) = (limits.Window, limits.ExactlyOnceWindow);
        _store = store;
        _ids = new MqttPacketIds(firstId);
        Pool = pool;
        store.Load(new MqttSessionRestorer(this));
        _isLoading = false;
    }

    /// <summary>Where the arrays of messages come from and go back to.</summary>
    public ArrayPool<byte> Pool { get; }

    /// <summary>Messages held: waiting, in flight, and those of QoS 2 that the broker has taken over and not completed.</summary>
    public int Count => _waiting.Count + _sent.Count + _released.Count;

    /// <summary>Messages that wait for the window.</summary>
    public int Waiting => _waiting.Count;

    /// <summary>Messages that have a packet identifier.</summary>
    public int InFlight => _sent.Count + _released.Count;

    /// <summary>Bytes of topics, properties and payload held.</summary>
    public long Bytes { get; private set; }

    /// <summary>Answers that wait to be sent: at most <see cref="MqttSessionDefaults.MostReplies"/>, which no sound broker comes to.</summary>
    public int Replies => _replies.Count;

    /// <summary>Answers of the broker that fitted nothing, since the session began.</summary>
    public long Strays { get; private set; }

    /// <summary>Whether the state outlasts the process as it should; why not, for operators, where a store was given and fails. Null where all is well.</summary>
    public string? StoreProblem => _store.Problem;

    /// <summary>Whether steps are to be told to the store; what comes from it is not told to it.</summary>
    private bool IsKeeping => !_isLoading && _store.IsKeeping;

    /// <summary>Whether a message of so many bytes (topic, properties and payload) would be held now.</summary>
    public bool CanHold(int bytes) => Count < _limits.MostMessages && (Bytes == 0 || Bytes + bytes <= _limits.MostBytes);

    /// <summary>Takes over a message until the broker has it.</summary>
    /// <param name="message">The message, in an array of <see cref="Pool"/>.</param>
    /// <param name="ticket">Its place, by which <see cref="MqttSettled"/> names it.</param>
    /// <returns>False when the session is full: nothing was taken over.</returns>
    public bool TryHold(in MqttOutgoing message, out ulong ticket)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (!CanHold(message.Bytes))
        {
            ticket = 0;
            return false;
        }

        ticket = ++_lastTicket;
        var held = Hold(ticket, message);
        if (IsKeeping)
        {
            _store.Held(ticket, held.Qos, held.Retain, held.Topic, held.Properties, held.Payload);
            Changed();
        }

        return true;
    }

    /// <summary>Nobody is told any more what becomes of the messages of <paramref name="owner"/>, which are sent all the same.</summary>
    public void Disown(object owner)
    {
        Disown(_waiting, owner);
        Disown(_sent, owner);
        Disown(_released, owner);
        Disown(_toTell, owner);
    }

    /// <summary>Makes all that has changed outlast the process, where there is a store. Cheap where nothing has.</summary>
    public void Commit()
    {
        if (!_isUncommitted)
            return;
        _isUncommitted = false;
        _store.Commit(this);
    }

    /// <summary>What has to be sent next, if anything may be now. Whatever changed before is in the store by then.</summary>
    /// <returns>False when there is nothing: no connection, nothing due, a full window, or a PUBLISH that is not <see cref="Written"/>.</returns>
    public bool TryTake(out MqttSend send)
    {
        var mayTake = _isConnected && _writing is null;
        if (mayTake)
            Number();
        Commit();
        send = default;
        if (!mayTake)
            return false;

        // Answers first: they are what the broker waits for. PUBREL before PUBLISH, since it ends what is oldest and needs no room in the window.
        if (TryTakeReply(out send))
            return true;
        if (_unreleased is { } released)
        {
            _unreleased = released.Next;
            released.IsOut = true;
            send = new MqttSend(MqttSendKind.PubRel, released.Id, Reason: 0, Message: null, IsDuplicate: false);
            return true;
        }

        if (_unsent is not { } message || _out + _released.Count >= _window || (message.Qos == 2 && _outTwice + _released.Count >= _exactlyOnceWindow))
            return false;
        _unsent = message.Next;
        send = new MqttSend(MqttSendKind.Publish, message.Id, Reason: 0, message, message.WasSent);
        message.WasSent = message.IsOut = true;
        _out++;
        if (message.Qos == 2)
            _outTwice++;
        _writing = message;
        return true;
    }

    /// <summary>The PUBLISH that was handed out last is written whole, and its message is not read any more.</summary>
    public void Written()
    {
        if (_writing is not { } message)
            return;
        _writing = null;
        if (_writingIsSettled)
            Recycle(message);
        else if (message.List != _sent)
            message.Empty(Pool);
        _writingIsSettled = false;
    }

    /// <summary>
    /// Gives up the message that was handed out last and not written, since this broker cannot take it: too large, its QoS or RETAIN not to be had. Nothing of it may have been sent on
    /// this connection.
    /// </summary>
    /// <param name="reason">Why, as a broker would have said it.</param>
    public MqttSettled Withdraw(byte reason)
    {
        if (_writing is not { } message)
            return default;
        var settled = message.List is null ? default : Settle(message, MqttSettlement.Refused, reason);
        Written();
        return settled;
    }

    /// <summary>An identifier for a SUBSCRIBE or UNSUBSCRIBE, good until <see cref="ReturnRequestId"/> or the end of the connection; 0 when there is none.</summary>
    public ushort TakeRequestId() => _ids.Take(null);

    /// <summary>SUBACK or UNSUBACK came.</summary>
    /// <returns>False when no request has that identifier.</returns>
    public bool ReturnRequestId(ushort id)
    {
        if (!_ids.IsRequest(id))
        {
            Strays++;
            return false;
        }

        _ids.Return(id);
        return true;
    }

    /// <summary>PUBACK came: the end of a message of QoS 1.</summary>
    /// <param name="id">Its packet identifier.</param>
    /// <param name="reason">Its reason code; 0 in 3.1.1.</param>
    public MqttSettled PubAckArrived(ushort id, byte reason) =>
        _ids.Find(id) is { Qos: 1, WasSent: true } message && message.List == _sent ? Settle(message, How(reason), reason) : Stray();

    /// <summary>
    /// PUBREC came: the message is the broker's from now on and only PUBREL is sent for it, or it is refused and its identifier free (MQTT 5 section 4.3.3, 4.9). One that is unknown is
    /// answered all the same, with reason 0x92, so that a broker that remembers more than this side can end it too.
    /// </summary>
    /// <param name="id">Its packet identifier.</param>
    /// <param name="reason">Its reason code; 0 in 3.1.1.</param>
    public MqttSettled PubRecArrived(ushort id, byte reason)
    {
        if (_ids.Find(id) is not { Qos: 2, WasSent: true } message)
        {
            // A refusal is the end of the exchange and takes no PUBREL.
            if (reason < RefusalFrom)
                Reply(MqttSendKind.PubRel, id, NotFound);
            return Stray();
        }

        if (message.List == _sent)
        {
            if (reason >= RefusalFrom)
                return Settle(message, MqttSettlement.Refused, reason);
            Release(message);
            return default;
        }

        // Once more, of what it had taken over.
        Strays++;
        if (reason >= RefusalFrom)
            return Settle(message, MqttSettlement.Refused, reason);
        if (message.IsOut)
            Reply(MqttSendKind.PubRel, id, reason: 0);
        return default;
    }

    /// <summary>PUBCOMP came: the end of a message of QoS 2. Reason 0x92 is one too: after a reconnect the broker may have completed it before (MQTT 5 section 4.3.3).</summary>
    /// <param name="id">Its packet identifier.</param>
    /// <param name="reason">Its reason code; 0 in 3.1.1.</param>
    public MqttSettled PubCompArrived(ushort id, byte reason) =>
        _ids.Find(id) is { } message && message.List == _released ? Settle(message, MqttSettlement.Acknowledged, reason) : Stray();

    /// <summary>What became of messages by <see cref="Connected"/> or <see cref="End"/>, one by one.</summary>
    /// <returns>False when all is told.</returns>
    public bool TryTakeSettled(out MqttSettled settled)
    {
        if (_toTell.First is not { } message)
        {
            settled = default;
            return false;
        }

        _toTell.Remove(message);
        settled = new MqttSettled(message.How, message.Owner, message.Ticket, message.Reason);
        Recycle(message);
        return true;
    }

    /// <summary>Returns all arrays, tells nobody, and closes the store. What is in the store stays there.</summary>
    public void Dispose()
    {
        if (_isDisposed)
            return;
        Disconnected();
        Commit();
        _isDisposed = true;
        foreach (var list in (ReadOnlySpan<MqttHeldList>)[_waiting, _sent, _released, _toTell])
        {
            while (list.First is { } message)
            {
                list.Remove(message);
                message.Empty(Pool);
            }
        }

        _spares.Clear();
        _store.Dispose();
    }
}
