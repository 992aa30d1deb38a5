using System.Diagnostics;

namespace SecureStreams.Benchmarks.Processes;

/// <summary>The server as a process of its own, until this is disposed.</summary>
internal sealed class ServerProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Process _process;

    private ServerProcess(Process process)
    {
        _process = process;
        Line = process.StandardOutput.ReadLine();
        Peer = BenchPeer.Parse(Line);
    }

    /// <summary>What it prints about itself; null when it ended without.</summary>
    public string? Line { get; }

    /// <summary>The same, read; null when it did not start.</summary>
    public BenchPeer? Peer { get; }

    /// <summary>Starts it on the processors of the thread that calls, and waits until it listens.</summary>
    public static ServerProcess Start() => new(PinnedProcess.Start(["server"], piped: true));

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(Patience))
            _process.Kill();
        _process.Dispose();
    }
}
