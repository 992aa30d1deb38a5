using System.Runtime.InteropServices;

namespace SecureStreams.Tool;

/// <summary>Work that SIGINT and SIGTERM end, whatever it waits for: opening a pipe that nobody writes to cannot be cancelled, only left behind.</summary>
internal static class Interruptible
{
    /// <summary>How long the work may take to remove what it has not finished.</summary>
    private static readonly TimeSpan TidyBound = TimeSpan.FromMilliseconds(500);

    /// <exception cref="InterruptedException">A signal came before the work was done.</exception>
    public static async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> work)
    {
        var signalled = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var interrupt = OnSignal(PosixSignal.SIGINT, ExitCode.Interrupted, signalled);
        using var terminate = OnSignal(PosixSignal.SIGTERM, ExitCode.Terminated, signalled);
        using var stop = new CancellationTokenSource();

        // On the pool, for it may block in the system without ever giving this thread back.
        var running = Task.Run(() => work(stop.Token));
        if (await Task.WhenAny(running, signalled.Task) == running)
            return await running;

        await stop.CancelAsync();
        await Task.WhenAny(running, Task.Delay(TidyBound, TimeProvider.System));
        throw new InterruptedException(await signalled.Task);
    }

    private static PosixSignalRegistration OnSignal(PosixSignal signal, int exitCode, TaskCompletionSource<int> signalled) =>
        PosixSignalRegistration.Create(signal, context =>
        {
            // The first one asks, a second one, of an impatient user, finds the default action.
            context.Cancel = signalled.TrySetResult(exitCode);
        });
}
