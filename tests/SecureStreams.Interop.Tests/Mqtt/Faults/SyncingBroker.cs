using System.Globalization;
using SecureStreams.Interop.Tests.Programs;
using SecureStreams.TestSupport.Repository;

namespace SecureStreams.Interop.Tests.Mqtt.Faults;

/// <summary>The scripted broker in a process of its own: it syncs before it acknowledges, so it may be killed outright and goes on from its journal, on the same port.</summary>
internal sealed class SyncingBroker : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private ProbeProgram? _program;

    /// <summary>Where it listens, on 127.0.0.1.</summary>
    public int Port { get; } = FreePort.Next();

    /// <summary>Starts it, also after <see cref="KillAsync"/>, and waits until it listens.</summary>
    public async Task StartAsync()
    {
        _program = ProbeProgram.Run("mqtt-broker", Port.ToString(CultureInfo.InvariantCulture), Path.Combine(_directory.Path, "journal"));
        await _program.LineAsync();
    }

    /// <summary>Kills it outright.</summary>
    public async Task KillAsync()
    {
        _program!.Kill();
        await _program.DisposeAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_program is not null)
            await _program.DisposeAsync();
        _directory.Dispose();
    }
}
