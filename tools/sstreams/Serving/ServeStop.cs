using System.Runtime.InteropServices;

namespace SecureStreams.Tool.Serving;

/// <summary>SIGINT and SIGTERM: the first ends in order, the second at once, a third one finds the default action.</summary>
internal sealed class ServeStop : IDisposable
{
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _atOnce = new();
    private readonly PosixSignalRegistration _interrupt;
    private readonly PosixSignalRegistration _terminate;
    private int _signals;

    public ServeStop()
    {
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Take);
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Take);
    }

    /// <summary>Completes with the first.</summary>
    public Task Asked => _asked.Task;

    /// <summary>Cancelled with the second.</summary>
    public CancellationToken AtOnce => _atOnce.Token;

    /// <summary>The exit status that the second asks for.</summary>
    public int ExitCode { get; private set; }

    public void Dispose()
    {
        _interrupt.Dispose();
        _terminate.Dispose();
    }

    private void Take(PosixSignalContext context)
    {
        switch (Interlocked.Increment(ref _signals))
        {
            case 1:
                context.Cancel = true;
                _asked.TrySetResult();
                break;
            case 2:
                context.Cancel = true;
                ExitCode = context.Signal == PosixSignal.SIGINT ? Tool.ExitCode.Interrupted : Tool.ExitCode.Terminated;
                _ = _atOnce.CancelAsync();
                break;
        }
    }
}
