namespace SecureStreams.Server.Listening;

/// <summary>Connections that were accepted and are not yet a stream's or the web server's: what a listener that ends waits for, and gives up. Safe from any thread.</summary>
internal sealed class Arrivals(TimeProvider time) : IDisposable
{
    private readonly TaskCompletionSource _all = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _over = new();

    // Connections on their way, and one for as long as more may come.
    private int _count = 1;

    /// <summary>Fires when those that are still on their way are given up.</summary>
    public CancellationToken Over => _over.Token;

    /// <summary>One has come.</summary>
    public void Begin() => Interlocked.Increment(ref _count);

    /// <summary>It is where it belongs, or closed.</summary>
    public void End()
    {
        if (Interlocked.Decrement(ref _count) == 0)
            _all.TrySetResult();
    }

    /// <summary>No more come, once. Completes when none is on its way any more.</summary>
    /// <param name="graceful">Whether those that have said something are still wanted; one that is silent has asked for nothing, and holds up nobody.</param>
    public async Task StopAsync(bool graceful)
    {
        End();
        if (graceful)
        {
            try
            {
                await _all.Task.WaitAsync(ListenDefaults.ArrivalGrace, time).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                // Below.
            }
        }

        await _over.CancelAsync().ConfigureAwait(false);
        await _all.Task.ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose() => _over.Dispose();
}
