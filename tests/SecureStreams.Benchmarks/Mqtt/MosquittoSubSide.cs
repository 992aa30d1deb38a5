using System.Diagnostics;
using System.Globalization;
using SecureStreams.Benchmarks.Workloads;

namespace SecureStreams.Benchmarks.Mqtt;

/// <summary>mosquitto_sub, which prints what it gets to nowhere. Measured from the publisher's connection to its own goodbye.</summary>
internal sealed class MosquittoSubSide(Workload workload, BenchBroker broker) : IWorkloadSide
{
    private readonly string _program = BenchBroker.Find("mosquitto_sub");
    private readonly MosquittoFeed _feed = new(workload, broker, "fs");
    private int _runs;

    public string Name => "mosquitto_sub";

    public TimeSpan Cpu { get; private set; }

    public TimeSpan? LastRun { get; private set; }

    public Task OpenAsync() => Task.CompletedTask;

    public async Task RunAsync(int operations)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"sub{++_runs}");
        var ended = broker.GoneAsync(id);
        var running = TimedProgram.RunAsync(
            null, _program, "-h", "127.0.0.1", "-p", broker.Port.ToString(CultureInfo.InvariantCulture), "-i", id, "-t", MqttNames.Topic, "-q", "0", "-C", operations.ToString(CultureInfo.InvariantCulture));
        await broker.WaitAsync($"{id} 0 {MqttNames.Topic}");
        var began = await _feed.RunAsync(operations);
        Cpu += await running;
        LastRun = Stopwatch.GetElapsedTime(began, await ended);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
