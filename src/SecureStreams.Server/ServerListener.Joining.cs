using SecureStreams.Policy;
using SecureStreams.Server.Routing;
using SecureStreams.Server.Tls;

namespace SecureStreams.Server;

/// <summary>Streamtypes that join a listener (<c>!name</c>): they come and go while it serves, and end with it at the latest.</summary>
internal abstract partial class ServerListener
{
    private readonly Lock _joinLock = new();
    private readonly List<JoinedListener> _joined = [];
    private bool _joiningIsOver;
    private int _leftOfJoined;

    /// <summary>The TLS that it has of its own; null in the clear.</summary>
    public ServerTls? OwnTls => _ownTls;

    /// <summary>The policy that new connections are served by.</summary>
    public StreamTypePolicy PolicyNow => Policy.Now();

    /// <summary>Takes one in: from now on it is served.</summary>
    /// <returns>The streamtype with which it could not be told apart, and in what; null when it was taken in.</returns>
    /// <exception cref="IOException">The listener is ending.</exception>
    public (ServerRoute Other, string What)? Join(JoinedListener joined)
    {
        lock (_joinLock)
        {
            if (_joiningIsOver)
                throw new IOException($"Streamtype '{joined.StreamType}' cannot join the listener of '{StreamType}', which is ending; create that one anew before it.");
            if (Routes.TryAdd(joined.Route) is { } clash)
                return clash;
            _joined.Add(joined);
            return null;
        }
    }

    /// <summary>One leaves: nothing more is sent its way, unless the listener drains, whose clients may still ask for what it has.</summary>
    public void Leave(JoinedListener joined)
    {
        lock (_joinLock)
            _joined.Remove(joined);
        Routes.Remove(joined.Route);
    }

    private List<JoinedListener> Joined
    {
        get
        {
            lock (_joinLock)
                return [.. _joined];
        }
    }

    private bool IsInsideJoined() => Joined.Exists(static one => one.Route.Accepted.IsInsideOne);

    private void CloseJoining()
    {
        lock (_joinLock)
            _joiningIsOver = true;
    }

    /// <summary>In a drain: tells the streams of all, and completes when nothing brings new ones and those of the streamtypes that joined have ended.</summary>
    private async Task SettleAllAsync()
    {
        var joined = Joined;
        foreach (var one in joined)
            one.Route.Accepted.TellDraining();
        await SettledAsync().ConfigureAwait(false);
        await Task.WhenAll(joined.Select(static one => one.Route.Accepted.EmptiedAsync())).ConfigureAwait(false);
    }

    private Task EndJoinedAsync()
    {
        var joined = Joined;
        Volatile.Write(ref _leftOfJoined, joined.Sum(static one => one.Route.Accepted.All.Count));
        return Task.WhenAll(joined.Select(static one => one.DisposeAsync().AsTask()));
    }
}
