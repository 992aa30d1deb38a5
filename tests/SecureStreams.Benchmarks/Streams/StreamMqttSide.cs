using System.Diagnostics;
using System.Globalization;
using SecureStreams.Benchmarks.Mqtt;
using SecureStreams.Benchmarks.Workloads;

namespace SecureStreams.Benchmarks.Streams;

/// <summary>One stream to the broker, connected once.</summary>
internal sealed class StreamMqttSide : IWorkloadSide
{
    private const string StreamType = "bench";

    private readonly LocalContext _context;
    private readonly LinkHandler _handler;
    private readonly SecureStream _stream;
    private readonly MosquittoFeed? _feed;

    public StreamMqttSide(Workload workload, BenchBroker broker)
    {
        _context = SsContext.FromJson(Policy(workload, broker));
        _handler = workload.Kind switch
        {
            WorkloadKind.Echo => new EchoHandler(workload),
            WorkloadKind.Receive => new CountingHandler(workload),
            _ => new PublishHandler(workload),
        };
        _feed = workload.Kind == WorkloadKind.Receive ? new MosquittoFeed(workload, broker, "fb") : null;
        _stream = _context.Create(StreamType, _handler, new() { Metadata = { [MqttNames.Level] = workload.Kind == WorkloadKind.Echo ? MqttNames.Back : MqttNames.Out } });
    }

    public string Name => "SecureStreams";

    public TimeSpan? LastRun { get; private set; }

    public Task OpenAsync()
    {
        _stream.Connect();
        return _handler.Opened;
    }

    public async Task RunAsync(int operations)
    {
        if (_feed is null)
        {
            await _handler.RunAsync(_stream, operations);
            return;
        }

        var done = _handler.RunAsync(_stream, operations);
        var ended = done.ContinueWith(static _ => Stopwatch.GetTimestamp(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        var began = await _feed.RunAsync(operations);
        await done;
        LastRun = Stopwatch.GetElapsedTime(began, await ended);
    }

    public ValueTask DisposeAsync() => _context.DisposeAsync();

    private static string Policy(Workload workload, BenchBroker broker)
    {
        // A stream that publishes with acknowledgements subscribes to nothing.
        var subscribe = workload.Kind switch
        {
            WorkloadKind.Echo => MqttNames.Back,
            WorkloadKind.Receive => MqttNames.Out,
            _ => workload.Qos == 0 ? MqttNames.Back : null,
        };
        return string.Create(CultureInfo.InvariantCulture, $$"""
            {
              "retry": [{ "default": { "backoff": [1000, 2000, 3000], "conceal": 3, "jitterpc": 20 } }],
              "s": [{ "{{StreamType}}": {
                "endpoint": "127.0.0.1", "port": {{broker.Port}}, "protocol": "mqtt", "retry": "default", "mqtt_client_id": "ss",
                "metadata": [{ "{{MqttNames.Level}}": "" }], "mqtt_clean_start": true,
                "mqtt_topic": "{{MqttNames.Root}}/{{(workload.Qos == 0 ? $"${{{MqttNames.Level}}}" : MqttNames.Out)}}", "mqtt_qos": {{workload.Qos}}{{(subscribe is null ? "" : $", \"mqtt_subscribe\": \"{MqttNames.Root}/{subscribe}\"")}}
              } }]
            }
            """);
    }
}
