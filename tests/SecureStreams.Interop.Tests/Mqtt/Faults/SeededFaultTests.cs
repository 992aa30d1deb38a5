using System.Globalization;
using System.Net.Sockets;
using SecureStreams.Interop.Probe.Flows;
using SecureStreams.Interop.Tests.Mqtt.Brokers;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Servers;

namespace SecureStreams.Interop.Tests.Mqtt.Faults;

/// <summary>
/// What QoS 1 and 2 promise, while connections are cut, clients killed, brokers stopped and killed: every acknowledged message of QoS 1 arrives, every one of QoS 2 exactly once, in
/// order in each topic. A hundred faults; <c>SS_TEST_LONG=1</c> makes it a thousand, <c>SS_TEST_SEED=n</c> plays one seed again, <c>SS_TEST_TIMES</c> so often, and writes down what mosquitto
/// said of each packet where it fails.
/// </summary>
public class SeededFaultTests(ITestOutputHelper output)
{
    private const int FaultsOfSeed = 5;

    private static readonly int? OnlySeed = int.TryParse(Environment.GetEnvironmentVariable("SS_TEST_SEED"), out var seed) ? seed : null;
    private static readonly int Times = OnlySeed is not null && int.TryParse(Environment.GetEnvironmentVariable("SS_TEST_TIMES"), out var times) ? times : 1;

    // With a message of QoS above 0 waiting because its window was full, mosquitto 2.0.11 sends the next one past it when the window has room: so the window is wider than what is on its way.
    private static readonly MosquittoOptions Broker = new() { LogsPackets = OnlySeed is not null, MaxInFlight = 200 };
    private static readonly int Factor = Environment.GetEnvironmentVariable("SS_TEST_LONG") == "1" ? 10 : 1;

    [Fact]
    public Task Connections_that_are_cut_at_random_bytes() => EachAsync(12, async (seed, version) =>
    {
        await using var broker = await MosquittoBroker.StartAsync(Broker);
        var random = new Random(seed);
        var cuts = 0;
        var witness = new BrokerWitness(version);
        await using var relay = TcpRelay.Start(broker.Ports.Plain, (_, connection) =>
        {
            witness.Watch(connection);
            RelayDirection direction;
            int bytes;
            lock (random)
            {
                if (Volatile.Read(ref cuts) >= FaultsOfSeed)
                    return;
                direction = random.Next(2) == 0 ? RelayDirection.ToServer : RelayDirection.ToClient;

                // Of every third the handshake is cut.
                bytes = random.Next(3) == 0 ? random.Next(120) : random.Next(30_000);
            }

            connection.After(direction, bytes, cut =>
            {
                Interlocked.Increment(ref cuts);
                cut.Reset();
            });
        });
        await RunInProcessAsync(seed, version, relay.Port, broker, witness, async ledger =>
        {
            await ledger.UntilAsync(() => Volatile.Read(ref cuts) >= FaultsOfSeed, "connections to be cut");
            await ledger.ProgressAsync(50);
        });
    });

    [Fact]
    public Task Publishers_that_are_killed() => EachAsync(2, async (seed, version) =>
    {
        await using var broker = await MosquittoBroker.StartAsync(Broker);
        using var state = new TemporaryDirectory();
        var (random, policy, ledger, witness) = (new Random(seed), new FlowPolicy(version), new FlowLedger(), new BrokerWitness(version));
        await using var relay = TcpRelay.Start(broker.Ports.Plain, (_, connection) => witness.Watch(connection));
        await using var subscriber = Flow.Open(policy.Subscribe(relay.Port), ledger.Tell);
        await ledger.ConnectedAsync(FlowPolicy.Subscriber1, FlowPolicy.Subscriber2);
        var publisher = FlowProgram.Start(policy.Publish(broker.Ports.Plain, state.Path), ledger.Tell);
        ledger.Permit = (name, number) => publisher.Permit(name, number);
        try
        {
            for (var fault = 0; fault < FaultsOfSeed; fault++)
            {
                await ledger.ProgressAsync(random.Next(1, 400));
                await publisher.KillAsync();
                publisher = FlowProgram.Start(policy.Publish(broker.Ports.Plain, state.Path, ledger.Next(FlowPolicy.Publisher1), ledger.Next(FlowPolicy.Publisher2)), ledger.Tell);
            }

            await ledger.ProgressAsync(50);
            publisher.Stop();
            await FinishAsync(seed, version, ledger, witness);
        }
        finally
        {
            await publisher.DisposeAsync();
        }
    });

    [Fact]
    public Task Subscribers_that_are_killed() => EachAsync(2, async (seed, version) =>
    {
        await using var broker = await MosquittoBroker.StartAsync(Broker);
        using var state = new TemporaryDirectory();
        var (random, policy, ledger, witness) = (new Random(seed), new FlowPolicy(version), new FlowLedger(), new BrokerWitness(version));
        await using var relay = TcpRelay.Start(broker.Ports.Plain, (_, connection) => witness.Watch(connection));
        var subscriber = FlowProgram.Start(policy.Subscribe(relay.Port, state.Path), ledger.Tell);
        try
        {
            await ledger.ConnectedAsync(FlowPolicy.Subscriber1, FlowPolicy.Subscriber2);
            await using var publisher = Flow.Open(policy.Publish(broker.Ports.Plain), ledger.Tell);
            ledger.Permit = publisher.Permit;
            for (var fault = 0; fault < FaultsOfSeed; fault++)
            {
                await ledger.ProgressAsync(random.Next(1, 400));
                await subscriber.KillAsync();
                ledger.SubscriberKilled();
                subscriber = FlowProgram.Start(policy.Subscribe(relay.Port, state.Path), ledger.Tell);
            }

            await ledger.ProgressAsync(50);
            publisher.Stop();
            await FinishAsync(seed, version, ledger, witness);
        }
        finally
        {
            await subscriber.DisposeAsync();
        }
    });

    [Fact]
    public Task Brokers_that_are_stopped_in_order() => EachAsync(2, async (seed, version) =>
    {
        await using var broker = await MosquittoBroker.StartAsync(Broker with { Persists = true });
        var (random, witness) = (new Random(seed), new BrokerWitness(version));
        await using var relay = TcpRelay.Start(broker.Ports.Plain, (_, connection) => witness.Watch(connection));
        await RunInProcessAsync(seed, version, relay.Port, broker, witness, async ledger =>
        {
            for (var fault = 0; fault < FaultsOfSeed; fault++)
            {
                await ledger.ProgressAsync(random.Next(1, 400));
                await broker.StopAsync();
                await broker.StartAgainAsync();
            }

            await ledger.ProgressAsync(50);
        });
    });

    [Fact]
    public Task Brokers_that_are_killed_and_sync_before_they_acknowledge() => EachAsync(2, async (seed, version) =>
    {
        await using var broker = new SyncingBroker();
        await broker.StartAsync();
        var random = new Random(seed);
        await RunInProcessAsync(seed, version, broker.Port, null, null, async ledger =>
        {
            for (var fault = 0; fault < FaultsOfSeed; fault++)
            {
                await ledger.ProgressAsync(random.Next(1, 400));
                await broker.KillAsync();
                await broker.StartAsync();
            }

            await ledger.ProgressAsync(50);
        });
    });

    private async Task RunInProcessAsync(int seed, int version, int port, MosquittoBroker? broker, BrokerWitness? witness, Func<FlowLedger, Task> disturbAsync)
    {
        var (policy, ledger) = (new FlowPolicy(version), new FlowLedger());
        using var log = new TestLog();
        await using var subscriber = Flow.Open(policy.Subscribe(port), ledger.Tell, log);
        await ledger.ConnectedAsync(FlowPolicy.Subscriber1, FlowPolicy.Subscriber2);
        await using var publisher = Flow.Open(policy.Publish(port), ledger.Tell, log);
        ledger.Permit = publisher.Permit;
        try
        {
            await disturbAsync(ledger);
            publisher.Stop();
            await FinishAsync(seed, version, ledger, witness);
            log.AssertClean();
        }
        catch (CheckFailedException error)
        {
            if (OnlySeed is not null && broker is not null)
            {
                var file = Path.Combine(Path.GetTempPath(), $"ss-seed-{seed}.log");
                await File.WriteAllLinesAsync(file, broker.Log);
                output.WriteLine($"What mosquitto said is in {file}.");
            }

            throw new CheckFailedException($"{error.Message}\n{string.Join('\n', log.Entries.TakeLast(10))}\nThe publisher's operator reads:\n{publisher.Describe()}\nThe subscriber's:\n{subscriber.Describe()}");
        }
    }

    private async Task FinishAsync(int seed, int version, FlowLedger ledger, BrokerWitness? witness)
    {
        await ledger.CompletedAsync();
        ledger.Check(witness);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"seed {seed}, MQTT {(version == 5 ? "5" : "3.1.1")}: {FaultsOfSeed} faults, {ledger.Acknowledgements} acknowledged, {ledger.Receipts} received, {ledger.InHand} twice that a killed process had in hand, {ledger.SentTwice} twice that the broker must not have sent again"));
    }

    private static async Task EachAsync(int seeds, Func<int, int, Task> runAsync)
    {
        var all = OnlySeed is { } only ? Enumerable.Repeat(only, Times) : Enumerable.Range(1, seeds * Factor);
        foreach (var seed in all)
        {
            try
            {
                await runAsync(seed, seed % 2 == 0 ? 5 : 4);
            }
            catch (Exception error) when (error is CheckFailedException or IOException or SocketException)
            {
                throw new CheckFailedException($"SS_TEST_SEED={seed}: {error.Message}\n{error.StackTrace}");
            }
        }
    }
}
