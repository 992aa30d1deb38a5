using SecureStreams.TestSupport.Handlers;

namespace SecureStreams.Server.Tests.Http;

/// <summary>Our own client streams against our own server streams.</summary>
public sealed class HttpMatrixTests
{
    [Theory]
    [InlineData("h1", false, false)]
    [InlineData("h1", true, false)]
    [InlineData("h2", false, false)]
    [InlineData("h2", true, false)]
    [InlineData("h1", false, true)]
    [InlineData("h2", true, true)]
    public async Task A_body_comes_back_whole(string protocol, bool tls, bool unix)
    {
        var path = Path.Combine(Path.GetTempPath(), $"ss-test-{Guid.NewGuid():N}");
        var where = unix ? $"\"endpoint\": \"+{path}\"" : "\"endpoint\": \"127.0.0.1\"";
        await using var bench = new ServerBench($$"""
            "srv": { "server": true, "protocol": "{{protocol}}", {{where}}{{(tls ? ", " + ServerBench.Tls : "")}}, "metadata": [{ "method": "" }, { "mime": "content-type:" }] }
            """);
        await using var listener = bench.Context.CreateListener("srv", static _ => new HttpEchoHandler());
        var to = unix ? where : $"\"endpoint\": \"127.0.0.1\", \"port\": {ServerBench.PortOf(listener)}";
        await using var clients = SsContext.FromJson($$"""
            {
              "certs": [{ "ca": "{{bench.Authority.Base64Der}}" }], "trust_stores": [{ "main": ["ca"] }],
              "s": [{ "cli": { "protocol": "{{protocol}}", {{to}}, "http_method": "POST", "http_url": "/echo", "tls_trust_store": "main", "metadata": [{ "mime": "content-type:" }]{{(tls ? ", \"tls\": true" : "")}} } }]
            }
            """);

        // What fits into the buffers of a Unix socket: a client of HTTP/1.1 reads no answer before its request is sent, and this server begins to answer before it has it all.
        var bytes = DeterministicBytes.Make(100_000);
        using var body = new BodyHandler(bytes);
        var stream = clients.Create("cli", body);
        for (var turn = 1; turn <= 3; turn++)
        {
            if (turn % 2 == 0)
                stream.RequestTransmit(bytes.Length);
            else
                stream.RequestTransmit();
            await body.WaitForStateAsync(SsState.Disconnected, times: turn);
            Assert.True(body.BodyComplete);
            Assert.Equal(bytes.Length, body.BodyReceived);
            Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes)), body.BodyReceivedSha256);
            Assert.Equal("text/plain", stream.GetMetadata("mime"));
        }

        body.AssertClean();
        Assert.Equal(3, body.States.Count(static one => one == SsState.QosAckRemote));
    }
}
