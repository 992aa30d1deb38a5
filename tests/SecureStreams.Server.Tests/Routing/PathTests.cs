using SecureStreams.Server.Tests.WebSocket;
using SecureStreams.TestSupport.Checks;

namespace SecureStreams.Server.Tests.Routing;

/// <summary>What <c>http_url</c> of a server means: the same whether requests or upgrades are served, and whether the streamtype has its listener to itself.</summary>
public sealed class PathTests
{
    [Theory]
    [InlineData("h1", "1.1")]
    [InlineData("h2", "1.1")]
    [InlineData("h2", "2.0")]
    [InlineData("ws", "1.1")]
    [InlineData("ws", "2")]
    public async Task It_serves_the_path_that_it_states_and_what_lies_below_alone_on_its_listener_as_beside_others(string protocol, string version)
    {
        await using var bench = new ServerBench($$"""
            "alone": { "server": true, "protocol": "{{protocol}}", "endpoint": "127.0.0.1", "http_url": "/api" },
            "web": { "server": true, "protocol": "{{protocol}}", "endpoint": "127.0.0.1", "http_url": "/" },
            "joined": { "server": true, "protocol": "{{protocol}}", "endpoint": "!any", "http_url": "api/" },
            "any": { "server": true, "protocol": "{{protocol}}", "endpoint": "127.0.0.1", "http_url": "/other" }
            """);
        await using var alone = Listen(bench, "alone", protocol);
        await using var web = Listen(bench, "web", protocol);
        await using var any = Listen(bench, "any", protocol);
        await using var joined = Listen(bench, "joined", protocol);
        foreach (var (path, isServed) in new[] { ("/api", true), ("/api/", true), ("/api/x?y=1", true), ("/apis", false), ("/", false), ("/x/api", false) })
        {
            Assert.True(isServed == await IsServedAsync(alone, protocol, version, path), path);
            Assert.True(isServed == await IsServedAsync(any, protocol, version, path), $"{path} beside another");
            Assert.True(await IsServedAsync(web, protocol, version, path), $"{path} where every path is meant");
        }
    }

    private static SsListener Listen(ServerBench bench, string streamType, string protocol) => bench.Listen(streamType, handler => handler.OnStateDo(SsState.ServerTxn, stream =>
    {
        // An upgrade is agreed to where nothing is said.
        if (protocol == "ws")
            return;
        stream.ServerAck();
        stream.RequestTransmit(0);
    }));

    private static async Task<bool> IsServedAsync(SsListener listener, string protocol, string version, string path)
    {
        string status;
        if (protocol == "ws")
        {
            await using var peer = await WsPeer.AskAsync(listener, version, path);
            status = peer.Answer[":status"];
        }
        else
        {
            using var client = new HttpClient { DefaultRequestVersion = Version.Parse(version), DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
            using var answer = await client.GetAsync(new Uri($"http://127.0.0.1:{ServerBench.PortOf(listener)}{path}"), TestContext.Current.CancellationToken).OrFail(static () => "No answer.");
            status = $"{(int)answer.StatusCode}";
        }

        Assert.Contains(status, new[] { "101", "200", "404" });
        return status != "404";
    }
}
