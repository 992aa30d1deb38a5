using SecureStreams.Network;
using SecureStreams.Policy;

namespace SecureStreams.Testing.Faults;

/// <summary>The faults of one streamtype: what its policy states now, how many attempts there were since, and the connections there are.</summary>
internal sealed class FaultedType(string name, TimeProvider time, Func<string, StreamTypePolicy?> findPolicy)
{
    private readonly Lock _lock = new();
    private readonly HashSet<FaultStream> _streams = [];
    private StreamTypePolicy? _policy;
    private FaultSet _set = FaultSet.Of(name, null);
    private int _dials;
    private int _requests;
    private int _messages;

    /// <summary>A connection begins.</summary>
    public FaultedDial Begin()
    {
        Refresh();
        lock (_lock)
            return new FaultedDial(_set, _set.In(++_dials, answers: false), this, time);
    }

    /// <summary>A request begins.</summary>
    public SsFaultAnswer? Answer()
    {
        Refresh();
        lock (_lock)
        {
            return _set.In(++_requests, answers: true).GetValueOrDefault(FaultKind.HttpStatus) is { } item
                ? new SsFaultAnswer((int)item.Value, item.Location, item.RetryAfter)
                : null;
        }
    }

    /// <summary>A message has come.</summary>
    public void MessageReceived()
    {
        List<FaultStream>? full = null;
        lock (_lock)
        {
            _messages++;
            foreach (var stream in _streams)
            {
                if (stream.CutAfterMessages is { } limit && _messages >= limit)
                    (full ??= []).Add(stream);
            }

            if (full is null)
                return;
            _messages = 0;
        }

        foreach (var stream in full)
            stream.Cut();
    }

    /// <summary>Another policy is in force: connections that there are take its faults over.</summary>
    public void PolicyChanged() => Refresh();

    /// <summary>A connection of <paramref name="set"/> is there; when other faults count by now, it is told.</summary>
    public void Add(FaultStream stream, FaultSet set)
    {
        bool late;
        lock (_lock)
        {
            _streams.Add(stream);
            late = !ReferenceEquals(set, _set);
        }

        if (late)
            stream.Apply(Current().In(0, answers: false));
    }

    /// <summary>A connection is gone.</summary>
    public void Remove(FaultStream stream)
    {
        lock (_lock)
            _streams.Remove(stream);
    }

    private FaultSet Current()
    {
        lock (_lock)
            return _set;
    }

    private void Refresh()
    {
        var policy = findPolicy(name);
        FaultStream[] streams;
        FaultSet set;
        lock (_lock)
        {
            if (ReferenceEquals(policy, _policy))
                return;
            _policy = policy;
            set = FaultSet.Of(name, policy);
            if (set.SaysTheSame(_set))
                return;
            _set = set;
            _dials = _requests = _messages = 0;
            streams = [.. _streams];
        }

        foreach (var stream in streams)
            stream.Apply(set.In(0, answers: false));
    }
}
