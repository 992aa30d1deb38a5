using System.Net;
using System.Net.Sockets;

namespace SecureStreams.Network;

/// <summary>One address after the other: when each starts, and what its end means for the race.</summary>
internal sealed partial class AddressRace
{
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
        // It may end before the race is told of what ended it.
        if (_alone && _over.IsCancellationRequested)
            Abandon(_over);

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
        foreach (var one in _attempts)
        {
            if (one.Outcome is not null)
                continue;
            one.Outcome = outcomeOfTheRest;
            one.Elapsed = _time.GetElapsedTime(one.Started);
        }
    }
}
