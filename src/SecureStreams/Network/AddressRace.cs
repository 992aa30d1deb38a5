using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;
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
internal sealed partial class AddressRace : IThreadPoolWorkItem, IValueTaskSource<RaceAttempt?>
{
    /// <summary>The outcome of an address that has none yet.</summary>
    public const string StillConnecting = "connecting";

    /// <summary>The outcome of the winner.</summary>
    public const string Connected = "connected";

    /// <summary>The outcome of an address that had none when time ran out.</summary>
    public const string NoAnswer = "no answer";

    // Mostly there is one address, and it is the one.
    private readonly List<EndPoint> _waiting = new(1);
    private readonly DialOptions _options;
    private readonly int _port;
    private readonly SsSocketDialer _sockets;
    private readonly TimeProvider _time;
    private readonly SsScheduler _scheduler;
    private readonly Lock _lock = new();
    private readonly List<RaceAttempt> _attempts = new(1);

    // Completed by the scheduler alone, never under the lock: what follows the race runs where everything of the context runs.
    private ManualResetValueTaskSourceCore<RaceAttempt?> _winner;
    private RaceAttempt? _won;
    private CancellationToken _abandonedBy;
    private CancellationToken _over;
    private ITimer? _delay;
    private int _running;
    private bool _more;
    private bool _due;
    private bool _begun;
    private bool _decided;
    private bool _alone;

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
            {
                var candidates = new SsCandidate[_attempts.Count];
                for (var i = 0; i < candidates.Length; i++)
                {
                    var one = _attempts[i];
                    candidates[i] = new SsCandidate(one.Address, one.Outcome ?? StillConnecting, one.Outcome is null ? _time.GetElapsedTime(one.Started) : one.Elapsed);
                }

                return candidates;
            }
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
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<RaceAttempt?> RunAsync(CancellationToken cancellationToken)
    {
        // Where nobody can lose to another, whoever calls ends the only attempt itself. Not where sockets are a program's own: the token that those have is cancelled when the race is over, in any case,
        // and what they do then is kept from the caller.
        lock (_lock)
            _alone = _waiting.Count <= 1 && !_more && ReferenceEquals(_sockets, SsSocketDialer.System);
        using var over = _alone ? null : new CancellationTokenSource();
        _over = over?.Token ?? cancellationToken;
        try
        {
            // Abandoning goes through the same lock as winning: a winner is either returned or disposed, never lost between the two.
            using var abandon = cancellationToken.UnsafeRegister(static (race, token) => ((AddressRace)race!).Abandon(token), this);
            Begin();
            return await new ValueTask<RaceAttempt?>(this, _winner.Version).ConfigureAwait(false);
        }
        finally
        {
            StopDelay();
            if (over is not null)
                CancelLosers(over);
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        if (_abandonedBy.IsCancellationRequested)
            _winner.SetException(new OperationCanceledException(_abandonedBy));
        else
            _winner.SetResult(_won);
    }

    RaceAttempt? IValueTaskSource<RaceAttempt?>.GetResult(short token) => _winner.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<RaceAttempt?>.GetStatus(short token) => _winner.GetStatus(token);

    void IValueTaskSource<RaceAttempt?>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _winner.OnCompleted(continuation, state, token, flags);

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
