using SecureStreams.Core;
using SecureStreams.Implementation;
using SecureStreams.Policy;
using SecureStreams.Transports;
using SecureStreams.Transports.InMemory;

namespace SecureStreams.Benchmarks.Idle;

/// <summary>What 10,000 idle streams hold, created only or connected, and which parts of a stream cost what.</summary>
internal static class IdleStreamsRun
{
    private const int Count = 10_000;

    public static async Task<int> RunAsync()
    {
        Console.WriteLine(FormattableString.Invariant($"{$"{Count} idle streams, raw",-52} {"B each",8} {"timers",8}"));
        Write("never connected", await IdleStreamCost.MeasureAsync(Count, connect: false, new QuietNetwork()));
        var quiet = await IdleStreamCost.MeasureAsync(Count, connect: true, new QuietNetwork());
        var transport = IdleStreamCost.BytesOf(static () => new QuietTransport(null!));
        Write("connected, the least transport there can be", quiet);
        Write("connected, beyond its transport", quiet with { Bytes = quiet.Bytes - transport });
        Write("connected, in-memory transport with its 4 KiB buffer", await IdleStreamCost.MeasureAsync(Count, connect: true, new InMemoryNetwork(TimeProvider.System) { OnAttempt = static peer => peer.Accept() }));
        Parts();
        return 0;
    }

    private static void Parts()
    {
        var policy = PolicyLoader.Load("""{ "s": [{ "link": { "endpoint": "peer.test", "port": 80, "protocol": "raw" } }] }"""u8.ToArray(), "idle").Model!.StreamTypes["link"];
        Action<Exception> fault = static _ => { };
        Action fired = static () => { };
        var mailbox = new Mailbox(SsScheduler.ThreadPool, fault);
        Console.WriteLine();
        Console.WriteLine(FormattableString.Invariant($"{"a part of a stream",-52} {"B",8}"));
        Part("mailbox", () => new Mailbox(SsScheduler.ThreadPool, fault));
        Part("metadata store, nothing declared or set", () => new MetadataStore(policy));
        Part("timer, not armed", () => new StreamTimer(TimeProvider.System, mailbox, fired));
        Part("task that its end completes", static () => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        Part("delegate", () => new Action<Exception>(fault.Invoke));
        Part("transport setup", static () => new TransportSetup(null!, null!, null!, null!, null, false));
        Part("connect cycle, while it lasts", () => new ConnectCycle(null!, mailbox, TimeProvider.System));
    }

    private static void Part(string name, Func<object> make) => Console.WriteLine(FormattableString.Invariant($"{name,-52} {IdleStreamCost.BytesOf(make),8:0}"));

    private static void Write(string name, IdleFigures figures) => Console.WriteLine(FormattableString.Invariant($"{name,-52} {figures.Bytes,8:0} {figures.Timers,8:0.00}"));
}
