using System.Net;
using System.Net.Sockets;

namespace SecureStreams.Network;

/// <summary>
/// Tries addresses one after the other without waiting for the slow ones (RFC 8305 section 5): each starts 250 ms after the one before it, or at once when that one
/// fails. The first to connect wins; the others are cancelled, and a connection that still comes of them is closed. One use.
/// </summary>
/// <remarks>
/// Attempts are started inside the timer's callback, so that on a virtual clock they start at exact moments. A loser that does not heed its cancellation is not waited for:
/// whatever it ends with is disposed or swallowed where it ends.
/// </remarks>
internal sealed class AddressRace
{
    /// <summary>The outcome of an address that has none yet.</summary>
    public const string StillConnecting = "connecting";

    /// <summary>The outcome of an address that had none when time ran out.</summary>
    public const string NoAnswer = "no answer";

    private readonly IReadOnlyList<EndPoint> _endPoints;
    private readonly SsSocketDialer _sockets;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private readonly List<RaceAttempt> _attempts = [];
    private readonly TaskCompletionSource<RaceAttempt?> _winner = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationToken _over;
    private ITimer? _delay;
    private int _running;
    private bool _decided;

    public AddressRace(IReadOnlyList<EndPoint> endPoints, SsPlatform platform)
    {
        _endPoints = endPoints;
        _sockets = platform.Sockets;
        _time = platform.Time;
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
            Start(0);
            return await _winner.Task.ConfigureAwait(false);
        }
        finally
        {
            StopDelay();
            await CancelLosersAsync(over).ConfigureAwait(false);
        }
    }

    /// <summary>Starts address <paramref name="index"/>, unless the race is decided or a timer and a failure both ask for it and this is the second to ask.</summary>
    private void Start(int index)
    {
        RaceAttempt attempt;
        lock (_lock)
        {
            if (_decided || index != _attempts.Count || index >= _endPoints.Count)
                return;
            attempt = new RaceAttempt(_endPoints[index], _time.GetTimestamp());
            _attempts.Add(attempt);
            _running++;
            _delay?.Dispose();
            _delay = null;
            var next = index + 1;
            if (next < _endPoints.Count)
                _delay = _time.CreateTimer(_ => Start(next), null, NetworkDefaults.AttemptDelay, Timeout.InfiniteTimeSpan);
        }

        _ = TryAsync(attempt);
    }

    private async Task TryAsync(RaceAttempt attempt)
    {
        Stream? stream;
        try
        {
            stream = await _sockets.ConnectAsync(attempt.EndPoint, _over).ConfigureAwait(false);
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
            if (_running == 0 && _attempts.Count == _endPoints.Count)
            {
                _decided = true;
                _winner.TrySetResult(null);
            }
            else if (_running == 0)
            {
                next = _attempts.Count;
            }
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
            attempt.Outcome = "connected";
            attempt.Elapsed = _time.GetElapsedTime(attempt.Started);
            attempt.Stream = stream;
            DecideUnderLock("given up, another address connected first");
            _winner.TrySetResult(attempt);
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
            _winner.TrySetCanceled(cancellationToken);
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

    private static async ValueTask CancelLosersAsync(CancellationTokenSource over)
    {
        try
        {
            await over.CancelAsync().ConfigureAwait(false);
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
