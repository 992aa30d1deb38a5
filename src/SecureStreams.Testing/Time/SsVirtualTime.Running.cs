namespace SecureStreams.Testing;

/// <remarks>Time that passes while something else decides when it is over.</remarks>
public partial class SsVirtualTime
{
    /// <summary>Goes from timer to timer until <paramref name="ended"/> completes, and never past <paramref name="latest"/>; then awaits it, so that why it failed is told here.</summary>
    /// <param name="ended">What is waited for. It must be bounded itself.</param>
    /// <param name="latest">How far the clock may go at most, as <see cref="Elapsed"/>; asked before each step.</param>
    /// <param name="step">Takes the step, now or, where that is no good moment, not; null for always now.</param>
    /// <returns>Completed when <paramref name="ended"/> is, and as it is.</returns>
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

        await ended.ConfigureAwait(false);

        void Step()
        {
            if (ArmedTimers is [var next, ..] && Elapsed + next.DueIn <= latest())
                Advance(next.DueIn);
        }
    }
}
