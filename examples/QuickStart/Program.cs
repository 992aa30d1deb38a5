using QuickStart;
using SecureStreams;

// Six streamtypes of policy.json, and four of servers.json that greet them over TLS on loopback. The program names streamtypes and handles payload; endpoint, protocol, trust
// and retry stand in the policies. Exit status 0 when all six came out as the policy says.
await using var servers = DemoServers.Start();
await using var context = SsContext.FromJson(DemoPolicy.LoadClients(servers), new() { Product = "quickstart" });

var ok = await RunAsync("hello_h1", expectPayload: true);
ok &= await RunAsync("hello_h2", expectPayload: true);
ok &= await RunAsync("hello_ws", expectPayload: true);
ok &= await RunAsync("hello_raw", expectPayload: true);
ok &= await RunAsync("server_is_down", expectPayload: false);
ok &= await RunAsync("not_trusted", expectPayload: false);
return ok ? 0 : 1;

async Task<bool> RunAsync(string streamType, bool expectPayload)
{
    Console.WriteLine($"{Environment.NewLine}--- {streamType}");
    var handler = new PrintingHandler();
    await using var stream = context.Create(streamType, handler, new() { Metadata = { ["name"] = "world" } });
    stream.Connect();
    var received = await handler.Done;

    // The handler saw a cause without endpoints; an operator looks up the rest.
    if (context.Diagnostics.Find(handler.LastCause.DetailId) is { } detail)
        Console.WriteLine($"operator's view: {detail}");
    return received == expectPayload;
}
