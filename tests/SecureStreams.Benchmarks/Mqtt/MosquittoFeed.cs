using System.Globalization;
using SecureStreams.Benchmarks.Workloads;

namespace SecureStreams.Benchmarks.Mqtt;

/// <summary>Publishes what subscribers are measured with: mosquitto_pub with the lines of a file.</summary>
internal sealed class MosquittoFeed(Workload workload, BenchBroker broker, string name)
{
    private readonly string _program = BenchBroker.Find("mosquitto_pub");
    private int _runs;

    /// <summary>Publishes so many messages.</summary>
    /// <returns>When its connection was there.</returns>
    public async Task<long> RunAsync(int count)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"{name}{++_runs}");
        var path = Path.Combine(broker.Folder, string.Create(CultureInfo.InvariantCulture, $"{name}-{count}"));
        if (!File.Exists(path))
            await File.WriteAllLinesAsync(path, Enumerable.Repeat(new string('x', workload.Bytes), count));
        var connected = broker.ConnectedAsync(id);
        await TimedProgram.RunAsync(path, _program, "-h", "127.0.0.1", "-p", broker.Port.ToString(CultureInfo.InvariantCulture), "-i", id, "-t", MqttNames.Topic, "-q", "0", "-l");
        return await connected;
    }
}
