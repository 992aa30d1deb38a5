using System.Collections.Immutable;
using Microsoft.Extensions.Logging;

namespace SecureStreams.States;

/// <summary>
/// The system states of a context. Before each state the conditions that were set for it are met or given up, each within its bound: a step that fails, hangs or is refused never keeps the context
/// from becoming operational. Safe from any thread.
/// </summary>
/// <param name="time">The clock of the bounds.</param>
/// <param name="logger">Where states and conditions that failed go.</param>
internal sealed class SystemStates(TimeProvider time, ILogger logger) : IDisposable
{
    private static readonly ImmutableArray<SsSystemState> Order =
    [
        SsSystemState.Initialized, SsSystemState.CpdPostTime, SsSystemState.PolicyValid, SsSystemState.Auth1, SsSystemState.Operational,
    ];

    private readonly Announcements<SsSystemState> _states = new(SsSystemState.ContextCreated);
    private readonly List<SystemCondition> _conditions = [];
    private readonly CancellationTokenSource _ending = new();

    /// <summary>The state.</summary>
    public SsSystemState Current => _states.Current;

    /// <summary>The state, and every one after it.</summary>
    public IAsyncEnumerable<SsSystemState> WatchAsync(CancellationToken cancellationToken) => _states.WatchAsync(cancellationToken);

    /// <summary>Sets a condition. Only before <see cref="Start"/>; those of one state are met in the order in which they are set.</summary>
    public void Require(SystemCondition condition) => _conditions.Add(condition);

    /// <summary>Goes through the states, as far as no condition has to be waited for before this returns, and the rest of the way by itself.</summary>
    public void Start() => _ = RunAsync();

    /// <summary>The context is being disposed: no other state follows.</summary>
    public void Dispose()
    {
        if (_states.Tell(SsSystemState.ContextDestroying, last: true))
            StatesLog.Entered(logger, SsSystemState.ContextDestroying);
        try
        {
            // Not disposed of: a step that is on its way may still link to it, and it holds nothing but memory.
            _ending.Cancel();
        }
        catch (AggregateException error)
        {
            // What a condition's work does at its cancellation is its own; the context ends all the same.
            StatesLog.Failed(logger, error, SsSystemState.ContextDestroying, "the end of what was under way");
        }
    }

    private async Task RunAsync()
    {
        foreach (var state in Order)
        {
            foreach (var condition in _conditions)
            {
                if (condition.State == state)
                    await MeetAsync(condition).ConfigureAwait(false);
            }

            if (!_states.Tell(state))
                return;
            StatesLog.Entered(logger, state);
        }
    }

    private async Task MeetAsync(SystemCondition condition)
    {
        using var bound = new CancellationTokenSource(condition.Bound, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(bound.Token, _ending.Token);
        try
        {
            // Work that does not heed its token is left behind.
            await condition.Work(either.Token).WaitAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_ending.IsCancellationRequested)
        {
            // Nobody waits for it any more.
        }
        catch (OperationCanceledException) when (bound.IsCancellationRequested)
        {
            StatesLog.OutOfTime(logger, condition.State, condition.Name, condition.Bound);
        }
        catch (Exception error)
        {
            StatesLog.Failed(logger, error, condition.State, condition.Name);
        }
    }
}
