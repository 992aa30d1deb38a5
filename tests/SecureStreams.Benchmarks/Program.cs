using SecureStreams.Benchmarks;
using SecureStreams.Benchmarks.Http;
using SecureStreams.Benchmarks.Idle;
using SecureStreams.Benchmarks.Mailboxes;
using SecureStreams.Benchmarks.Policies;
using SecureStreams.Benchmarks.Processes;

const string Usage = """
    SecureStreams.Benchmarks <workload> [--pairs N] [--transactions N] [--warm-up N] [--json FILE]

      http-get      HTTP/1.1 GET over one kept connection, beside a bare HttpMessageInvoker
      http-get-h2   the same over HTTP/2 (without TLS)
      mailbox       entering, posting, bursts
      idle-streams  bytes and timers of streams on which nothing happens
      policy-load   from policy text to model, 1 to 4000 streamtypes, cold and warm
    """;

if (BenchOptions.Parse(args) is not { } options)
{
    Console.Error.WriteLine(Usage);
    return 2;
}

switch (options.Workload)
{
    case "server":
        return await BenchServer.RunAsync();
    case "http-get" or "http-get-h2" when options.Port == 0:
        return PinnedPair.Run(args, options);
    case "http-get" or "http-get-h2":
        return await HttpGetRun.RunAsync(options);
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
    default:
        Console.Error.WriteLine(Usage);
        return 2;
}
