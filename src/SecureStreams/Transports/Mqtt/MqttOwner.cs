using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace SecureStreams.Transports.Mqtt;

/// <summary>A stream as a connection knows it over several attempts: whom to tell what became of a message. On the connection's mailbox.</summary>
/// <remarks>
/// Verdicts are told in the order of the messages, whatever the order in which they come in, so that who counts them need not look at numbers: a message that this side refuses, or the broker
/// does with PUBREC, waits for the answers to those before it.
/// </remarks>
internal sealed class MqttOwner
{
    private readonly Queue<MqttVerdict> _late = new();
    private ImmutableArray<MqttFilter> _filters = [];
    private Queue<MqttPiece[]>? _kept;
    private Slot[] _slots = [];
    private int _first;
    private int _count;

    /// <summary>The stream's attempt that is attached now; null for none.</summary>
    public MqttMember? Current { get; set; }

    /// <summary>The connection of the last attempt. The stream's.</summary>
    public MqttConnection? Connection { get; set; }

    /// <summary>Whether it is known, and told, what became of all that the stream has sent.</summary>
    public bool IsSettled => _count == 0;

    /// <summary>Messages that wait for the stream to come back.</summary>
    public int KeptMessages => _kept?.Count ?? 0;

    /// <summary>How many of them there are up to the last that is answered.</summary>
    public int KeptUpToAnswered
    {
        get
        {
            var (at, last) = (0, 0);
            foreach (var message in _kept ?? [])
            {
                at++;
                if (!message[^1].IsUnanswered)
                    last = at;
            }

            return last;
        }
    }

    /// <summary>Filters that the stream had in earlier attempts, and does not have any more: the broker is to end them, unless it has.</summary>
    public List<MqttFilter> Former { get; } = [];

    /// <summary>Bytes of their payload.</summary>
    public long KeptBytes { get; private set; }

    /// <summary>An attempt of the stream has come so far that it subscribes.</summary>
    /// <param name="filters">To what.</param>
    /// <returns>Whether that is what the attempt before it subscribed to: what is kept came by that.</returns>
    public bool ComeWith(ImmutableArray<MqttFilter> filters)
    {
        var isSame = _filters.Select(static one => one.Text).SequenceEqual(filters.Select(static one => one.Text), StringComparer.Ordinal);
        foreach (var filter in _filters)
        {
            if (Former.TrueForAll(one => one.Text != filter.Text))
                Former.Add(filter);
        }

        Former.RemoveAll(one => filters.Any(filter => filter.Text == one.Text));
        _filters = filters;
        return isSame;
    }

    /// <summary>A message waits for the stream to come back.</summary>
    /// <param name="message">Its pieces.</param>
    public void Keep(MqttPiece[] message)
    {
        (_kept ??= new()).Enqueue(message);
        foreach (var piece in message)
            KeptBytes += piece.Bytes;
    }

    /// <summary>The first message that waits for the stream.</summary>
    public bool TryTakeKept([NotNullWhen(true)] out MqttPiece[]? message)
    {
        message = null;
        if (_kept is null || !_kept.TryDequeue(out message))
            return false;
        foreach (var piece in message)
            KeptBytes -= piece.Bytes;
        return true;
    }

    /// <summary>The session has taken over the stream's next message.</summary>
    /// <param name="ticket">Its place in the session.</param>
    /// <param name="message">Its number among the stream's.</param>
    public void Expect(ulong ticket, long message) => Add(new Slot(ticket, IsDone: false, new MqttVerdict(null, message)));

    /// <summary>The stream's next message is not sent.</summary>
    public void Refuse(in MqttVerdict verdict) => Add(new Slot(0, IsDone: true, verdict));

    /// <summary>A message is done with.</summary>
    /// <param name="ticket">As it was expected.</param>
    /// <param name="refusal">Why the broker does not have it; null when it has it.</param>
    public void Settle(ulong ticket, TransportFailure? refusal)
    {
        // Answers come in the order of the messages, nearly always: it is the first.
        for (var i = 0; i < _count; i++)
        {
            ref var slot = ref At(i);
            if (slot.IsDone || slot.Ticket != ticket)
                continue;
            slot = slot with { IsDone = true, Verdict = slot.Verdict with { Refusal = refusal } };
            return;
        }
    }

    /// <summary>The next verdict in the order of the messages.</summary>
    /// <returns>False when there is none, or the message before it is not done with.</returns>
    public bool TryTakeNext(out MqttVerdict verdict)
    {
        verdict = default;
        if (_count == 0 || !At(0).IsDone)
            return false;
        verdict = TakeFirst().Verdict;
        return true;
    }

    /// <summary>
    /// The next message of which the stream is not told here any more, since it has become another client: what is known of it, or that nothing is. What becomes of it later is nobody's.
    /// </summary>
    /// <param name="unknown">What the stream is told of a message that is not answered.</param>
    /// <param name="verdict">What it is told of this one.</param>
    /// <returns>False when that was all.</returns>
    public bool TryGiveUp(TransportFailure unknown, out MqttVerdict verdict)
    {
        if (_late.TryDequeue(out verdict))
            return true;
        if (_count == 0)
            return false;
        var slot = TakeFirst();
        verdict = slot.IsDone ? slot.Verdict : slot.Verdict with { Refusal = unknown };
        return true;
    }

    /// <summary>What became of a message of a stream that is not attached: it is told when it is again.</summary>
    public void Keep(in MqttVerdict verdict) => _late.Enqueue(verdict);

    /// <summary>What was kept.</summary>
    public bool TryTake(out MqttVerdict verdict) => _late.TryDequeue(out verdict);

    private Slot TakeFirst()
    {
        var slot = At(0);
        At(0) = default;
        _first = (_first + 1) % _slots.Length;
        _count--;
        return slot;
    }

    private ref Slot At(int index) => ref _slots[(_first + index) % _slots.Length];

    private void Add(in Slot slot)
    {
        if (_count == _slots.Length)
        {
            var more = new Slot[Math.Max(4, 2 * _count)];
            for (var i = 0; i < _count; i++)
                more[i] = At(i);
            (_slots, _first) = (more, 0);
        }

        _count++;
        At(_count - 1) = slot;
    }

    /// <param name="Ticket">The message's place in the session.</param>
    /// <param name="IsDone">Whether it is known what became of it.</param>
    /// <param name="Verdict">What became of it.</param>
    private readonly record struct Slot(ulong Ticket, bool IsDone, MqttVerdict Verdict);
}
