using SecureStreams.Interop.Probe.Flows;
using SecureStreams.TestSupport.Checks;

namespace SecureStreams.Interop.Tests.Mqtt.Faults;

/// <summary>What was sent, acknowledged and received in a flow, and whether that is what QoS 1 and 2 promise. From any thread.</summary>
internal sealed class FlowLedger
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, long> _highestSent = [];
    private readonly Dictionary<string, HashSet<long>> _acknowledged = [];
    private readonly Dictionary<string, List<(long Number, int Life)>> _received = [];
    private readonly Dictionary<string, long> _arrived = [];
    private readonly List<string> _wrong = [];
    private readonly Queue<string> _last = new();
    private readonly List<(Func<bool> IsMet, TaskCompletionSource Met)> _waiters = [];
    private readonly HashSet<string> _done = [];
    private readonly HashSet<string> _connected = [];
    private int _life;
    private int _acknowledgements;
    private int _receipts;

    /// <summary>Told by which number a publisher may go on, when enough of what it sent has arrived; null for nobody. Under the lock: only to pass it on.</summary>
    public Action<string, long>? Permit { get; set; }

    /// <summary>How many messages were acknowledged.</summary>
    public int Acknowledgements
    {
        get
        {
            lock (_lock)
                return _acknowledgements;
        }
    }

    /// <summary>How many were received, each as often as it came.</summary>
    public int Receipts
    {
        get
        {
            lock (_lock)
                return _receipts;
        }
    }

    /// <summary>Messages that a subscriber got twice because it was killed while it had them in hand: its own record was made, and its session's was not.</summary>
    public int InHand { get; private set; }

    /// <summary>Messages that a subscriber got twice because the broker sent them again against the standard (<see cref="BrokerWitness"/>).</summary>
    public int SentTwice { get; private set; }

    /// <summary>Takes down what happened.</summary>
    public void Tell(FlowLine line)
    {
        lock (_lock)
        {
            _last.Enqueue(line.ToString());
            if (_last.Count > 40)
                _last.Dequeue();
            switch (line.Kind)
            {
                case FlowEvent.Sending:
                    _highestSent[line.Stream] = line.Number;
                    break;
                case FlowEvent.Acknowledged:
                    _acknowledgements++;
                    Of(_acknowledged, line.Stream).Add(line.Number);
                    break;
                case FlowEvent.Received:
                    _receipts++;
                    Of(_received, line.Stream).Add((line.Number, _life));
                    PermitMore(line.Stream, line.Number);
                    break;
                case FlowEvent.Refused or FlowEvent.Spoiled:
                    _wrong.Add(line.ToString());
                    break;
                case FlowEvent.Done:
                    _done.Add(line.Stream);
                    break;
                case FlowEvent.Connected:
                    _connected.Add(line.Stream);
                    break;
            }

            foreach (var waiter in _waiters.Where(static waiter => waiter.IsMet()).ToArray())
            {
                waiter.Met.TrySetResult();
                _waiters.Remove(waiter);
            }
        }
    }

    /// <summary>The process that subscribes was killed: what it logged last may come again.</summary>
    public void SubscriberKilled()
    {
        lock (_lock)
            _life++;
    }

    /// <summary>The number after the highest that a publisher has begun.</summary>
    public long Next(string publisher)
    {
        lock (_lock)
            return _highestSent.GetValueOrDefault(publisher) + 1;
    }

    /// <summary>Waits until these streams were connected once.</summary>
    public Task ConnectedAsync(params string[] streams) => UntilAsync(() => streams.All(_connected.Contains), "connections");

    /// <summary>Waits until so many more messages were acknowledged, and as many received.</summary>
    public Task ProgressAsync(int messages)
    {
        int acknowledgements, receipts;
        lock (_lock)
            (acknowledgements, receipts) = (_acknowledgements + messages, _receipts + messages);
        return UntilAsync(() => _acknowledgements >= acknowledgements && _receipts >= receipts, $"{messages} more messages");
    }

    /// <summary>Waits until the publishers have no message without acknowledgement, and the subscribers have all that was acknowledged.</summary>
    public async Task CompletedAsync()
    {
        await UntilAsync(() => _done.Count == 2, "the end of the publishers");
        await UntilAsync(() => Missing(FlowPolicy.Publisher1, FlowPolicy.Subscriber1) + Missing(FlowPolicy.Publisher2, FlowPolicy.Subscriber2) == 0, "what was acknowledged to arrive");
    }

    /// <summary>Waits for a condition on what was told.</summary>
    public async Task UntilAsync(Func<bool> isMet, string what)
    {
        var met = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (isMet())
                return;
            _waiters.Add((isMet, met));
        }

        await met.Task.OrFail(() => $"Waited for {what}. {Describe()}");
    }

    /// <summary>Fails where anything is not as promised.</summary>
    /// <param name="witness">What the broker itself did wrong; null where it is known to do nothing wrong.</param>
    public void Check(BrokerWitness? witness)
    {
        lock (_lock)
        {
            CheckOrder(FlowPolicy.Subscriber1);
            CheckOrder(FlowPolicy.Subscriber2);
            CheckOnce(FlowPolicy.Subscriber2, witness);
            CheckArrived(FlowPolicy.Publisher1, FlowPolicy.Subscriber1);
            CheckArrived(FlowPolicy.Publisher2, FlowPolicy.Subscriber2);
            if (_wrong.Count > 0)
                throw new CheckFailedException($"{_wrong.Count} times something else than was promised:\n{string.Join('\n', _wrong.Take(30))}\n{Describe()}");
        }
    }

    /// <summary>Where it stands, for messages.</summary>
    public string Describe()
    {
        lock (_lock)
            return $"{string.Join(", ", _highestSent.Select(one => $"{one.Key} sent up to {one.Value} and has {Of(_acknowledged, one.Key).Count} acknowledgements{(_done.Contains(one.Key) ? " and is done" : "")}"))}; {_acknowledgements} acknowledged, {_receipts} received, {Missing(FlowPolicy.Publisher1, FlowPolicy.Subscriber1)} and {Missing(FlowPolicy.Publisher2, FlowPolicy.Subscriber2)} acknowledged and missing. Last:\n{string.Join('\n', _last)}";
    }

    private static T Of<T>(Dictionary<string, T> all, string stream)
        where T : new()
    {
        if (!all.TryGetValue(stream, out var one))
            all.Add(stream, one = new T());
        return one;
    }

    private void PermitMore(string subscriber, long number)
    {
        if (number <= _arrived.GetValueOrDefault(subscriber))
            return;
        _arrived[subscriber] = number;
        if (number % (FlowRequest.Ahead / 4) == 0)
            Permit?.Invoke(subscriber == FlowPolicy.Subscriber1 ? FlowPolicy.Publisher1 : FlowPolicy.Publisher2, number + FlowRequest.Ahead);
    }

    private int Missing(string publisher, string subscriber)
    {
        var received = Of(_received, subscriber).Select(static one => one.Number).ToHashSet();
        return Of(_acknowledged, publisher).Count(number => !received.Contains(number));
    }

    private void CheckArrived(string publisher, string subscriber)
    {
        var received = Of(_received, subscriber).Select(static one => one.Number).ToHashSet();
        var missing = Of(_acknowledged, publisher).Where(number => !received.Contains(number)).Order().ToList();
        if (missing.Count > 0)
            _wrong.Add($"acknowledged to {publisher} and not received: {string.Join(' ', missing.Take(20))} ({missing.Count})");
        var invented = received.Where(number => number >= Next(publisher)).ToList();
        if (invented.Count > 0)
            _wrong.Add($"received and never sent by {publisher}: {string.Join(' ', invented.Take(20))}");
    }

    /// <summary>Whenever a message comes for the first time, it is later in its topic than all that came before.</summary>
    private void CheckOrder(string subscriber)
    {
        var seen = new HashSet<long>();
        var latest = new long[FlowRequest.Topics];
        foreach (var (number, _) in Of(_received, subscriber))
        {
            if (!seen.Add(number))
                continue;
            ref var before = ref latest[number % FlowRequest.Topics];
            if (number < before)
                _wrong.Add($"{subscriber} received {number} for the first time after {before}, in the same topic");
            before = Math.Max(before, number);
        }
    }

    /// <summary>
    /// None twice. Only the one that a process had in hand when it was killed may come to the next once more: it was on the application's record, which no power can make in the same moment as
    /// the session's.
    /// </summary>
    private void CheckOnce(string subscriber, BrokerWitness? witness)
    {
        var times = new Dictionary<long, int>();
        var received = Of(_received, subscriber);
        for (var i = 0; i < received.Count; i++)
        {
            var (number, life) = received[i];
            var time = times[number] = times.GetValueOrDefault(number) + 1;
            if (time == 1)
                continue;
            var before = received.FindLastIndex(i - 1, one => one.Number == number);
            if (witness?.Repeated(number) >= time - 1)
                SentTwice++;
            else if (received[before].Life < life && received[before + 1].Life > received[before].Life)
                InHand++;
            else
                _wrong.Add($"{subscriber} received {number} twice: in life {received[before].Life} as number {before}, with {received[before + 1].Number} behind it, and in life {life} as number {i}");
        }
    }
}
