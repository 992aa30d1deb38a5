namespace SecureStreams.TestSupport.Time;

/// <remarks>Time that passes while something else decides when it is over.</remarks>
public sealed partial class ManualTimeProvider
{
    /// <summary>Goes from timer to timer until <paramref name="ended"/> completes, and never past <paramref name="latest"/>; then awaits it, so that why it failed is told here.</summary>
    /// <param name="ended">What is waited for. It must be bounded itself.</param>
    /// <param name="latest">How far the clock may go at most, as <see cref="Elapsed"/>; asked before each step.</param>
    /// <param name="step">Takes the step, now or, where that is no good moment, not; null for always now.</param>
    public async Task AdvanceUntilAsync(Task ended, Func<TimeSpan> latest, Action<Action>? step = null)
    {
        ArgumentNullException.ThrowIfNull(ended);
        ArgumentNullException.ThrowIfNull(latest);
        while (!ended.IsCompleted)
        {
            if (step is null)
                Step();
            else
                step(Step);
            await Task.Yield();
        }

        await ended;

        void Step()
        {
            if (ArmedTimers is [var next, ..] && Elapsed + next.DueIn <= latest())
                Advance(next.DueIn);
        }
    }
}
