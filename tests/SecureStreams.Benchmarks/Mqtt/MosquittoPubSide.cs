using System.Diagnostics;
using System.Globalization;
using SecureStreams.Benchmarks.Workloads;

namespace SecureStreams.Benchmarks.Mqtt;

/// <summary>
/// mosquitto_pub, the broker's own publisher: as fast as it can it takes the lines of a file (<c>-l</c>); one at a time it repeats a message, the next after the acknowledgement of the
/// last (<c>--repeat</c>). Measured from its connection to its goodbye, both as the broker tells them, so without its start.
/// </summary>
internal sealed class MosquittoPubSide(Workload workload, BenchBroker broker) : IWorkloadSide
{
    // mosquitto_pub 2.0.11 takes the acknowledgement of the packet id that its last line has for the end, so more lines than there are ids end it early.
    private const int MostAcknowledgedLines = 65_000;

    private readonly string _program = BenchBroker.Find("mosquitto_pub");
    private int _runs;

    public string Name => "mosquitto_pub";

    public TimeSpan Cpu { get; private set; }

    public TimeSpan? LastRun { get; private set; }

    public Task OpenAsync() => Task.CompletedTask;

    public async Task RunAsync(int operations)
    {
        if (workload is { Kind: WorkloadKind.Publish, Qos: > 0 } && operations > MostAcknowledgedLines)
            throw new InvalidOperationException($"mosquitto_pub publishes at most {MostAcknowledgedLines} lines with acknowledgements; measure with a smaller --scale or --warm-up.");
        var id = string.Create(CultureInfo.InvariantCulture, $"pub{++_runs}");
        string[] command =
        [
            _program, "-h", "127.0.0.1", "-p", Text(broker.Port), "-i", id, "-t", MqttNames.Topic, "-q", Text(workload.Qos),
            .. workload.Kind == WorkloadKind.Publish ? new[] { "-l" } : ["--repeat", Text(operations), "--repeat-delay", "0", "-m", new string('x', workload.Bytes)],
        ];
        var connected = broker.ConnectedAsync(id);
        var gone = broker.GoneAsync(id);
        Cpu += await TimedProgram.RunAsync(workload.Kind == WorkloadKind.Publish ? Lines(operations) : null, command);
        LastRun = Stopwatch.GetElapsedTime(await connected, await gone);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>A file with so many lines of the workload's length.</summary>
    private string Lines(int count)
    {
        var path = Path.Combine(broker.Folder, string.Create(CultureInfo.InvariantCulture, $"lines-{workload.Bytes}-{count}"));
        if (!File.Exists(path))
            File.WriteAllLines(path, Enumerable.Repeat(new string('x', workload.Bytes), count));
        return path;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
