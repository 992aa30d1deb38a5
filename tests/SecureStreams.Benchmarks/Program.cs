using SecureStreams.Benchmarks;
using SecureStreams.Benchmarks.Contexts;
using SecureStreams.Benchmarks.FirstBytes;
using SecureStreams.Benchmarks.Idle;
using SecureStreams.Benchmarks.IdleLinks;
using SecureStreams.Benchmarks.Mailboxes;
using SecureStreams.Benchmarks.Measuring;
using SecureStreams.Benchmarks.Policies;
using SecureStreams.Benchmarks.Processes;

const string Usage = """
    SecureStreams.Benchmarks client <workload>... [--pairs N] [--scale PERCENT] [--warm-up N] [--free] [--inline] [--http-client] [--only bare|streams] [--json FILE]
      A1 to A10     ws and wss: ping-pong, echo, one-way
      B1 to B5      raw: ping-pong, bulk echo, bulk one-way, over TLS
      C1, C3        h1 GET, over TLS
      C4, C5, C6    h2 GET, 1, 20 and 100 at a time
      D1 to D4      mqtt: publish, one at a time, round trip, receive; D1Q1: publish with QoS 1
      H             1000 ws connections that each send every 100 ms; 10 s of it at --scale 100
      all           all of them
    SecureStreams.Benchmarks <workload> [--pairs N]
      mailbox       entering, posting, bursts
      idle-links    resident bytes of 1000 idle connections over ws, wss, raw and raw over TLS (workload E), with the defaults of the runtime and as docs/memory.md sets up devices
      idle-streams  bytes and timers of streams on which nothing happens
      policy-load   from policy text to model, 1 to 4000 streamtypes, cold and warm
      context       from policy text to context, 1, 100 and 1000 streamtypes, warm (workload F2)
      first-byte    from the start of a process to the first byte of a body over h1 (workload F3), as built and published with ReadyToRun
    """;

if (args is ["client", .. var words])
{
    if (ClientOptions.Parse(words) is not { } run)
        return Refuse();
    if (run.Peer is null)
        return ClientRun.Run(args, run);
    return BenchPeer.Parse(run.Peer) is { } server ? await PairRun.RunAsync(run, server) : Refuse();
}

if (args is ["idle-links-side", var id, var side, var line])
    return BenchPeer.Parse(line) is { } peer ? await IdleLinksRun.RunSideAsync(id, side, peer) : Refuse();

if (args is [FirstByteRun.Command, var asked, var where])
    return BenchPeer.Parse(where) is not { } running ? Refuse() : asked == "bare" ? await BareFirstByte.RunAsync(running) : await StreamFirstByte.RunAsync(running);

if (BenchOptions.Parse(args) is not { } options)
    return Refuse();

switch (options.Workload)
{
    case "server":
        return await BenchServer.RunAsync();
    case "idle-links":
        return IdleLinksRun.Run(options.Pairs);
    case "mailbox":
        return await MailboxRun.RunAsync();
    case "idle-streams":
        return await IdleStreamsRun.RunAsync();
    case "policy-load":
        return PolicyLoadRun.Run(options);
    case "policy-load-cold":
        return PolicyLoadRun.RunCold();
    case "policy-load-warm":
        return PolicyLoadRun.RunWarm(options);
    case "context":
        return ContextRun.Run(options);
    case "context-warm":
        return await ContextRun.RunWarmAsync(options);
    case "first-byte":
        return FirstByteRun.Run(options);
    default:
        return Refuse();
}

static int Refuse()
{
    Console.Error.WriteLine(Usage);
    return 2;
}
