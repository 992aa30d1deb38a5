using System.Net;
using System.Net.Sockets;

namespace SecureStreams.Network;

/// <summary>
/// One look-up of a name, shared by all dials that want it at the time, and afterwards what is remembered of it. A resolver that answers by family is asked for both at
/// once. It is given up when nobody waits for it any more.
/// </summary>
internal sealed class NameLookup(string host, AddressChoice choice, NameCache cache, SsNameResolver names) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _cancel = new();
    private readonly List<NameWait> _waits = [];
    private NameAnswer? _v6;
    private NameAnswer? _v4;
    private NameAnswer? _both;
    private bool _over;

    /// <summary>The name.</summary>
    public string Host => host;

    /// <summary>Which addresses are looked for.</summary>
    public AddressChoice Choice => choice;

    /// <summary>In which network it was made: how many changes there had been.</summary>
    public long Network { get; init; }

    /// <summary>When the answer was complete: a timestamp. Belongs to the lock of the cache.</summary>
    public long Answered { get; set; }

    /// <summary>What is known so far.</summary>
    public NameState State
    {
        get
        {
            lock (_lock)
                return new NameState(_v6, _v4, _both);
        }
    }

    /// <summary>Asks the resolver. Once, by whoever made it.</summary>
    public void Begin()
    {
        if (!names.AnswersByFamily)
        {
            _ = AskAsync(AddressFamily.Unspecified);
            return;
        }

        var none = new NameAnswer([], null);
        if (choice == AddressChoice.IPv6)
            _v4 = none;
        if (choice == AddressChoice.IPv4)
            _v6 = none;
        if (choice != AddressChoice.IPv4)
            _ = AskAsync(AddressFamily.InterNetworkV6);
        if (choice != AddressChoice.IPv6)
            _ = AskAsync(AddressFamily.InterNetwork);
    }

    /// <summary>Has <paramref name="wait"/> told of every answer from now on, until it leaves or the look-up is over.</summary>
    /// <param name="wait">Who waits.</param>
    /// <param name="state">What is known now.</param>
    /// <returns>False when it was given up before its end: no answer will come.</returns>
    public bool TryJoin(NameWait wait, out NameState state)
    {
        lock (_lock)
        {
            state = new NameState(_v6, _v4, _both);
            if (!_over)
                _waits.Add(wait);
            return !_over || state.IsComplete;
        }
    }

    /// <summary>Nobody asks on behalf of <paramref name="wait"/> any more.</summary>
    public void Leave(NameWait wait)
    {
        lock (_lock)
        {
            if (!_waits.Remove(wait) || _waits.Count > 0 || _over)
                return;
            _over = true;
        }

        // A resolver that does not heed it is left behind.
        cache.Forget(this);
        try
        {
            _cancel.Cancel();
        }
        catch (AggregateException)
        {
            // The resolver's own cancellation callback threw; whoever stopped waiting has nothing to do with that.
        }
    }

    /// <summary>Its answer is complete.</summary>
    public void Dispose() => _cancel.Dispose();

    private async Task AskAsync(AddressFamily family)
    {
        NameAnswer answer;
        try
        {
            var addresses = family == AddressFamily.Unspecified
                ? await names.ResolveAsync(host, _cancel.Token).ConfigureAwait(false)
                : await names.ResolveAsync(host, family, _cancel.Token).ConfigureAwait(false);
            answer = new NameAnswer(Usable(addresses), null);
        }
        catch (Exception error)
        {
            answer = new NameAnswer([], error);
        }

        Answer(family, answer);
    }

    private IReadOnlyList<IPAddress> Usable(IReadOnlyList<IPAddress> addresses) =>
        [.. addresses.Where(one => choice switch
        {
            AddressChoice.IPv4 => one.AddressFamily == AddressFamily.InterNetwork,
            AddressChoice.IPv6 => one.AddressFamily == AddressFamily.InterNetworkV6,
            _ => one.AddressFamily is AddressFamily.InterNetwork or AddressFamily.InterNetworkV6,
        }).Distinct()];

    private void Answer(AddressFamily family, NameAnswer answer)
    {
        NameState state;
        NameWait[] waits;
        lock (_lock)
        {
            switch (family)
            {
                case AddressFamily.InterNetworkV6:
                    _v6 = answer;
                    break;
                case AddressFamily.InterNetwork:
                    _v4 = answer;
                    break;
                default:
                    _both = answer;
                    break;
            }

            state = new NameState(_v6, _v4, _both);
            if (_over)
                return;
            waits = [.. _waits];
            if (state.IsComplete)
            {
                _over = true;
                _waits.Clear();
            }
        }

        if (state.IsComplete)
        {
            cache.Answered(this, state);
            Dispose();
        }

        foreach (var wait in waits)
            wait.Told(state);
    }
}
