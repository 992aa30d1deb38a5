using System.Collections.Concurrent;
using System.Diagnostics;

namespace SecureStreams.Tool.Serving;

/// <summary>The programs that run: so many and no more, none of them for longer than this. Safe from any thread.</summary>
internal sealed class ProgramPool(ProgramLine line, int most) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<Task, bool> _running = new();
    private int _count;

    /// <summary>How many there may be.</summary>
    public int Most => most;

    /// <summary>Takes a place.</summary>
    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _count) <= most)
            return true;
        Interlocked.Decrement(ref _count);
        return false;
    }

    /// <summary>Gives a place back that nothing was started in.</summary>
    public void Leave() => Interlocked.Decrement(ref _count);

    /// <summary>Starts the program.</summary>
    /// <exception cref="System.ComponentModel.Win32Exception">It cannot be started.</exception>
    public Process Start(ProgramVariables variables, SecureStream stream)
    {
        var start = new ProcessStartInfo(line.Program, line.Arguments) { RedirectStandardInput = true, RedirectStandardOutput = true };
        variables.Set(start.Environment, stream);
        return Process.Start(start)!;
    }

    /// <summary>Keeps the place until <paramref name="running"/> completes.</summary>
    public void Hold(Task running)
    {
        _running.TryAdd(running, true);
        _ = running.ContinueWith(static (task, state) =>
        {
            var pool = (ProgramPool)state!;
            pool._running.TryRemove(task, out _);
            pool.Leave();
        }, this, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    /// <summary>Completes when all have ended, which their streams have seen to.</summary>
    public async ValueTask DisposeAsync() => await Task.WhenAll(_running.Keys);
}
