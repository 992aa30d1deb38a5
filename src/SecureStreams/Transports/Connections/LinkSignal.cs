using System.Threading.Tasks.Sources;

namespace SecureStreams.Transports.Connections;

/// <summary>What one loop waits for, again and again, without allocating. Set at most once between two waits; whoever waits goes on elsewhere, never inside <see cref="Set"/>.</summary>
internal sealed class LinkSignal : IValueTaskSource
{
    private ManualResetValueTaskSourceCore<bool> _core = new() { RunContinuationsAsynchronously = true };

    /// <summary>Completes when it is set. One wait at a time.</summary>
    public ValueTask WaitAsync() => new(this, _core.Version);

    /// <summary>Lets the loop go on.</summary>
    public void Set() => _core.SetResult(true);

    void IValueTaskSource.GetResult(short token)
    {
        _core.GetResult(token);
        _core.Reset();
    }

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}
