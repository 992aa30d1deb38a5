using SecureStreams.TestSupport.Checks;
using Xunit;

namespace SecureStreams.Tests.Connectivity;

/// <summary>The system states of a context as they come, from the one that it is in now.</summary>
internal sealed class StateWatch : IAsyncDisposable
{
    private readonly SsContext _context;
    private readonly IAsyncEnumerator<SsSystemState> _states;
    private Task<bool>? _first;

    public StateWatch(SsContext context)
    {
        _context = context;
        _states = context.WatchSystemStatesAsync(TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);

        // Taken here, since watching begins with the first step.
        _first = _states.MoveNextAsync().AsTask();
    }

    /// <summary>The present one at first, then each that follows; null at the end.</summary>
    public async Task<SsSystemState?> NextAsync()
    {
        var (step, _) = (_first ?? _states.MoveNextAsync().AsTask(), _first = null);
        return await step.OrFail(() => $"No state follows {_context.SystemState}.") ? _states.Current : null;
    }

    /// <summary>Those that come up to one, that included.</summary>
    public async Task<List<SsSystemState>> UntilAsync(SsSystemState last)
    {
        List<SsSystemState> seen = [];
        while (seen.Count == 0 || seen[^1] != last)
            seen.Add(await NextAsync() ?? throw new CheckFailedException($"It ended before {last}."));
        return seen;
    }

    public ValueTask DisposeAsync() => _states.DisposeAsync();
}
