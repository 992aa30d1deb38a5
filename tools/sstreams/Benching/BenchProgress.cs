namespace SecureStreams.Tool.Benching;

/// <summary>For a person at a terminal: how far a load is, in one line that is overwritten.</summary>
internal sealed class BenchProgress(LineWriter errors, BenchLoad load) : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    private readonly PeriodicTimer _timer = new(Interval, TimeProvider.System);
    private Task _running = Task.CompletedTask;

    /// <summary>Starts, where somebody looks on.</summary>
    public void Start()
    {
        if (errors.IsTerminal)
            _running = RunAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _timer.Dispose();
        await _running;
        errors.EndStatus();
    }

    private async Task RunAsync()
    {
        while (await _timer.WaitForNextTickAsync())
        {
            errors.Status(load.Phase is { } phase
                ? FormattableString.Invariant($"{(phase.IsCounted ? "measured" : "warming up,")} {phase.Completed:#,0} {load.Plan.Noun}s")
                : "connecting");
        }
    }
}
