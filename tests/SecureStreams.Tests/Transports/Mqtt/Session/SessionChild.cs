using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging.Abstractions;
using SecureStreams.Transports.Mqtt.Session;

namespace SecureStreams.Tests.Transports.Mqtt.Session;

/// <summary>
/// The process that <see cref="MqttSessionKillTests"/> kill: this assembly, started with an order in its environment, walks with a session in a file instead of running tests. What a broker
/// would have been told by then is the number of steps in another file.
/// </summary>
internal static class SessionChild
{
    /// <summary>Folder of state, seed, and the file of steps, between bars.</summary>
    public const string Variable = "SS_SESSION_CHILD";

    public const string Identity = "mqtt://broker.test/killed";

    /// <summary>So small that the file is written anew all the time.</summary>
    public const long CompactFrom = 4096;

    // Ends by itself, should nobody be left to kill it.
    private const int MostSteps = 100_000;

    [ModuleInitializer]
    internal static void RunIfAsked()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { } order)
            return;
        var parts = order.Split('|');
        var store = MqttSessionFile.TryOpen(parts[0], Identity, NullLogger.Instance, out var refusal, CompactFrom) ?? throw new InvalidOperationException(refusal);
        using var bench = new SessionBench(store: store);
        using var told = new FileStream(parts[2], FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        var walk = new SessionWalk(bench, int.Parse(parts[1], null));
        for (var step = 1; step <= MostSteps; step++)
        {
            walk.Step();
            told.Write([1]);
        }

        Environment.Exit(3);
    }
}
