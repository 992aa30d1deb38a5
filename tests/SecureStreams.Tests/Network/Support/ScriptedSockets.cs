using System.Net;
using SecureStreams.Network;

namespace SecureStreams.Tests.Network.Support;

/// <summary>Connects when and as the test says; remembers each attempt and the clock at its start.</summary>
internal sealed class ScriptedSockets(TimeProvider clock) : SsSocketDialer
{
    private readonly Lock _lock = new();
    private readonly List<Attempt> _attempts = [];
    private readonly List<(int Index, TaskCompletionSource<Attempt> Told)> _waiters = [];
    private readonly long _begin = clock.GetTimestamp();

    /// <summary>Whether attempts end only as the test says, even when cancelled.</summary>
    public bool IgnoreCancellation { get; init; }

    public int Count
    {
        get
        {
            lock (_lock)
                return _attempts.Count;
        }
    }

    /// <summary>Waits for attempt <paramref name="index"/> to start.</summary>
    public Task<Attempt> StartedAsync(int index)
    {
        lock (_lock)
        {
            if (index < _attempts.Count)
                return Task.FromResult(_attempts[index]);
            var told = new TaskCompletionSource<Attempt>(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiters.Add((index, told));
            return told.Task;
        }
    }

    public override async ValueTask<Stream> ConnectAsync(EndPoint endPoint, CancellationToken cancellationToken)
    {
        var attempt = new Attempt(endPoint, clock.GetElapsedTime(_begin), cancellationToken);
        lock (_lock)
        {
            _attempts.Add(attempt);
            foreach (var waiter in _waiters.Where(one => one.Index == _attempts.Count - 1))
                waiter.Told.TrySetResult(attempt);
        }

        return IgnoreCancellation ? await attempt.End.Task : await attempt.End.Task.WaitAsync(cancellationToken);
    }

    internal sealed class Attempt(EndPoint endPoint, TimeSpan startedAt, CancellationToken token)
    {
        public string Address { get; } = endPoint.ToString()!;

        public TimeSpan StartedAt { get; } = startedAt;

        public CancellationToken Token { get; } = token;

        public TaskCompletionSource<Stream> End { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
