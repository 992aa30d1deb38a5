using System.Net;
using System.Net.Sockets;
using SecureStreams.Implementation;

namespace SecureStreams.Network;

/// <summary>
/// Tries addresses one after the other without waiting for the slow ones (RFC 8305 section 5): each starts 250 ms after the one before it, or at once when that one
/// fails. The first to connect wins; the others are cancelled, and a connection that still comes of them is closed. One use.
/// </summary>
/// <remarks>
/// Attempts are started inside the timer's callback, so that on a virtual clock they start at exact moments. A loser that does not heed its cancellation is not waited for:
/// whatever it ends with is disposed or swallowed where it ends.
/// </remarks>
internal sealed class AddressRace : IThreadPoolWorkItem
{
    /// <summary>The outcome of an address that has none yet.</summary>
    public const string StillConnecting = "connecting";

    /// <summary>The outcome of the winner.</summary>
    public const string Connected = "connected";

    /// <summary>The outcome of an address that had none when time ran out.</summary>
    public const string NoAnswer = "no answer";

    private readonly List<EndPoint> _waiting = [];
    private readonly DialOptions _options;
    private readonly int _port;
    private readonly SsSocketDialer _sockets;
    private readonly TimeProvider _time;
    private readonly SsScheduler _scheduler;
    private readonly Lock _lock = new();
    private readonly List<RaceAttempt> _attempts = [];

    // Completed by the scheduler alone, never under the lock: what follows the race runs where everything of the context runs.
    private readonly TaskCompletionSource<RaceAttempt?> _winner = new(TaskCreationOptions.None);
    private RaceAttempt? _won;
    private CancellationToken _abandonedBy;
    private CancellationToken _over;
    private ITimer? _delay;
    private int _running;
    private bool _more;
    private bool _due;
    private bool _begun;
    private bool _decided;

    /// <summary>Among addresses that are known.</summary>
    public AddressRace(IReadOnlyList<EndPoint> endPoints, SsPlatform platform, DialOptions? options = null)
        : this(platform, options ?? DialOptions.Default)
    {
        _waiting.AddRange(endPoints);
    }

    /// <summary>Among the addresses of a name, which come by <see cref="Add"/>.</summary>
    public AddressRace(int port, SsPlatform platform, DialOptions options)
        : this(platform, options)
    {
        _port = port;
        _more = true;
    }

    private AddressRace(SsPlatform platform, DialOptions options)
    {
        _options = options;
        _sockets = platform.Sockets;
        _time = platform.Time;
        _scheduler = platform.Scheduler;
    }

    /// <summary>What became of each address that was started, in the order of starting.</summary>
    public IReadOnlyList<SsCandidate> Candidates
    {
        get
        {
            lock (_lock)
                return [.. _attempts.Select(one => new SsCandidate(EndPointText.Of(one.EndPoint), one.Outcome ?? StillConnecting, one.Outcome is null ? _time.GetElapsedTime(one.Started) : one.Elapsed))];
        }
    }

    /// <summary>The errors of the addresses that failed.</summary>
    public IReadOnlyList<Exception> Errors
    {
        get
        {
            lock (_lock)
                return [.. _attempts.Where(static one => one.Error is not null).Select(static one => one.Error!)];
        }
    }

    /// <summary>Addresses to try as well; those it has already do not count. Before it runs, or while it does.</summary>
    /// <param name="addresses">In the order in which to try them; one that comes late takes its turn among those that still wait.</param>
    /// <param name="more">Whether others may follow: as long as they may, the race is not lost.</param>
    public void Add(IReadOnlyList<IPAddress> addresses, bool more)
    {
        bool start;
        lock (_lock)
        {
            if (_decided)
                return;
            var waiting = _waiting.Cast<IPEndPoint>().Select(static one => one.Address).ToList();
            var known = waiting.Concat(_attempts.Select(static one => ((IPEndPoint)one.EndPoint).Address)).ToHashSet();
            waiting.AddRange(addresses.Where(one => !known.Contains(one)));

            // The family that was not tried last is next; at the beginning, that of the first address.
            var last = _attempts.Count > 0 ? _attempts[^1].EndPoint.AddressFamily : AddressFamily.Unspecified;
            var turns = HostNames.Interleave([.. waiting.OrderBy(one => one.AddressFamily == last)]);
            _waiting.Clear();
            _waiting.AddRange(turns.Select(one => new IPEndPoint(one, _port)));

            // More addresses never follow "no more", whatever overtakes it.
            _more &= more;
            start = _begun && _waiting.Count > 0 && (_running == 0 || _due);
            if (_begun && !start)
                EndIfLostUnderLock();
        }

        if (start)
            Start(-1);
    }

    /// <summary>Runs the race. The caller owns the winner's stream.</summary>
    /// <returns>The winner, or null when every address failed.</returns>
    /// <exception cref="OperationCanceledException">The token fired first.</exception>
    public async ValueTask<RaceAttempt?> RunAsync(CancellationToken cancellationToken)
    {
        using var over = new CancellationTokenSource();
        _over = over.Token;
        try
        {
            // Abandoning goes through the same lock as winning: a winner is either returned or disposed, never lost between the two.
            using var abandon = cancellationToken.UnsafeRegister(static (race, token) => ((AddressRace)race!).Abandon(token), this);
            Begin();
            return await _winner.Task.ConfigureAwait(false);
        }
        finally
        {
            StopDelay();
            CancelLosers(over);
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        if (_abandonedBy.IsCancellationRequested)
            _winner.TrySetCanceled(_abandonedBy);
        else
            _winner.TrySetResult(_won);
    }

    private void Begin()
    {
        lock (_lock)
        {
            _begun = true;
            EndIfLostUnderLock();
        }

        Start(0);
    }

    private void EndIfLostUnderLock()
    {
        if (_decided || _running > 0 || _waiting.Count > 0 || _more)
            return;
        _decided = true;
        _scheduler.Schedule(this);
    }

    /// <summary>
    /// Starts the next address, unless the race is decided or a timer and a failure both ask for number <paramref name="index"/> and this is the second to ask; -1 for
    /// whichever is next.
    /// </summary>
    private void Start(int index)
    {
        RaceAttempt attempt;
        lock (_lock)
        {
            if (_decided || (index >= 0 && index != _attempts.Count))
                return;
            if (_waiting.Count == 0)
            {
                // It starts when it comes.
                _due = true;
                return;
            }

            attempt = new RaceAttempt(Request(_waiting[0]), _time.GetTimestamp());
            _waiting.RemoveAt(0);
            _attempts.Add(attempt);
            _running++;
            _due = false;
            _delay?.Dispose();
            _delay = null;
            var next = _attempts.Count;
            if (_waiting.Count > 0 || _more)
                _delay = _time.CreateTimer(_ => Start(next), null, NetworkDefaults.AttemptDelay, Timeout.InfiniteTimeSpan);
        }

        _ = TryAsync(attempt);
    }

    private SsConnectRequest Request(EndPoint endPoint) => endPoint is IPEndPoint
        ? new SsConnectRequest(endPoint) { LocalEndPoint = _options.LocalBind, TypeOfService = _options.TypeOfService, Priority = _options.Priority }
        : new SsConnectRequest(endPoint);

    private async Task TryAsync(RaceAttempt attempt)
    {
        Stream? stream;
        try
        {
            stream = await _sockets.ConnectAsync(attempt.Request, _over).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            Fail(attempt, error);
            return;
        }

        if (Win(attempt, stream))
            return;

        try
        {
            await stream.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception)
        {
            // A connection nobody wanted did not close in order; there is nobody to tell and nothing to do.
        }
    }

    private void Fail(RaceAttempt attempt, Exception error)
    {
        int next;
        lock (_lock)
        {
            _running--;
            if (_decided)
                return;
            attempt.Error = error;
            attempt.Elapsed = _time.GetElapsedTime(attempt.Started);
            attempt.Outcome = NetworkErrors.Connecting(error, attempt.EndPoint.AddressFamily == AddressFamily.Unix).Text;

            // Only the youngest hands over at once: when an older one fails, the youngest keeps the head start it was given.
            next = attempt == _attempts[^1] ? _attempts.Count : -1;
            if (_running == 0)
                next = _attempts.Count;
            EndIfLostUnderLock();
        }

        if (next >= 0)
            Start(next);
    }

    private bool Win(RaceAttempt attempt, Stream stream)
    {
        lock (_lock)
        {
            _running--;
            if (_decided)
                return false;
            attempt.Outcome = Connected;
            attempt.Elapsed = _time.GetElapsedTime(attempt.Started);
            attempt.Stream = stream;
            DecideUnderLock("given up, another address connected first");
            _won = attempt;
            _scheduler.Schedule(this);
            return true;
        }
    }

    private void Abandon(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_decided)
                return;
            DecideUnderLock(NoAnswer);
            _abandonedBy = cancellationToken;
            _scheduler.Schedule(this);
        }
    }

    private void DecideUnderLock(string outcomeOfTheRest)
    {
        _decided = true;
        foreach (var one in _attempts.Where(static one => one.Outcome is null))
        {
            one.Outcome = outcomeOfTheRest;
            one.Elapsed = _time.GetElapsedTime(one.Started);
        }
    }

    private static void CancelLosers(CancellationTokenSource over)
    {
        try
        {
            over.Cancel();
        }
        catch (AggregateException)
        {
            // A loser's own cancellation callback threw. That must not take the winner with it.
        }
    }

    private void StopDelay()
    {
        lock (_lock)
        {
            _delay?.Dispose();
            _delay = null;
        }
    }
}
