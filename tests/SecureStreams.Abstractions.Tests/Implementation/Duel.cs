namespace SecureStreams.Abstractions.Tests.Implementation;

/// <summary>
/// Lets two threads act at the same moment, many times, shifted against each other by a few instructions more or less in each round, so that whatever can happen
/// between two of their instructions does happen in some round.
/// </summary>
internal static class Duel
{
    private const int Shifts = 512;
    private const int SpinsBeforeYield = 4096;

    /// <summary>Runs the rounds.</summary>
    /// <param name="rounds">How many.</param>
    /// <param name="here">Acts on the calling thread.</param>
    /// <param name="there">Acts on another thread at the same moment.</param>
    /// <param name="before">Prepares a round, on the calling thread, while the other waits.</param>
    /// <param name="after">Judges a round, on the calling thread, when both have acted.</param>
    public static async Task RunAsync(int rounds, Action here, Action there, Action<int> before, Action<int> after)
    {
        var started = 0;
        var ended = 0;
        using var stop = new CancellationTokenSource();
        var other = Task.Factory.StartNew(
            () =>
            {
                for (var round = 1; round <= rounds; round++)
                {
                    if (!Await(ref started, round, stop.Token))
                        return;
                    there();
                    Volatile.Write(ref ended, round);
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        try
        {
            for (var round = 1; round <= rounds; round++)
            {
                before(round);
                Volatile.Write(ref started, round);
                Shift(round % Shifts);
                here();

                // A failure on the other side ends the wait; it is thrown below.
                if (!Await(ref ended, round, CancellationToken.None, other))
                    break;
                after(round);
            }
        }
        finally
        {
            await stop.CancelAsync();
            await other;
        }
    }

    // A nanosecond or less a step, where Thread.SpinWait takes tens: the gaps between two instructions are that small. The other side needs none, since it
    // notices the start later by the time a cache line travels.
    private static void Shift(int steps)
    {
        for (var step = 0; step < steps; step++)
            _ = Volatile.Read(ref step);
    }

    private static bool Await(ref int counter, int value, CancellationToken stop, Task? other = null)
    {
        // Spins hard, since a thread that yields comes back too late to meet the other; yields only when the other seems not to run at all.
        for (var spins = 1; Volatile.Read(ref counter) < value; spins++)
        {
            if (spins % SpinsBeforeYield != 0)
                continue;
            if (stop.IsCancellationRequested || other is { IsFaulted: true })
                return false;
            Thread.Yield();
        }

        return true;
    }
}
