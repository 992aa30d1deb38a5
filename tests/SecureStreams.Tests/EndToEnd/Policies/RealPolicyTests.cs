using System.Text;
using SecureStreams.Policy;
using SecureStreams.TestSupport.Certificates;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.TestSupport.Repository;
using SecureStreams.TestSupport.Servers;
using SecureStreams.TestSupport.Wires;
using Xunit;

namespace SecureStreams.Tests.EndToEnd.Policies;

/// <summary>
/// Policies as they are written for real systems do not only load, their streamtypes run: an overlay says where the server is and whom to trust, all else is the policy's. The
/// fixtures hold what policies of lws hold.
/// </summary>
public sealed class RealPolicyTests : IDisposable
{
    private const string Fixtures = "tests/SecureStreams.Policy.Tests/Fixtures/";

    private readonly TestLog _log = new();

    public void Dispose() => _log.Dispose();

    [Theory]
    [InlineData(Fixtures + "lws-feed.json", "feed", "wss", "", "", "feed of /stream?streams=a@depth.")]
    [InlineData(Fixtures + "lws-feed.json", "echo", "ws", "", "ping", "feed of /.ping")]
    [InlineData(Fixtures + "lws-api-test.json", "bin_get", "h1s", "", "", "GET /get 0 ")]
    [InlineData(Fixtures + "lws-api-test.json", "bin_post", "h2", "", "twelve bytes", "POST /post 12 ")]
    [InlineData(Fixtures + "lws-proxy-bootstrap.json", "captive_portal_detect", "h1", "", "", "")]
    [InlineData(Fixtures + "lws-proxy-bootstrap.json", "fetch_policy", "h1s", "", "", "GET /policy/gateway-v1.json 0 ")]
    [InlineData(Fixtures + "lws-voice.json", "token", "h1s", "", "grant_type=refresh", "POST /auth/o2/token 18 application/x-www-form-urlencoded")]
    [InlineData(Fixtures + "lws-voice.json", "event", "h2", "", "", "GET /v1/directives 0 ")]
    [InlineData(Fixtures + "readme-sample.json", "mintest", "h1s", "", "", "GET /index.html 0 ")]
    [InlineData(Fixtures + "old-shapes.json", "get", "h1", "", "", "GET /index.html 0 ")]
    [InlineData("policies/live-feed.json", "live-feed", "wss", "topics=gold", "ping", "feed of /v1/stream?topics=gold.ping")]
    [InlineData("policies/raw-tls.json", "raw-tls", "raws", "", "ping", "ping")]
    [InlineData("policies/web-api.json", "web-api", "h2", "item=7", "", "GET /v1/items/7 0 ")]
    [InlineData("policies/web-api.json", "web-api-put", "h2", "item=7;content_type=text/plain", "ping", "PUT /v1/items/7 4 text/plain")]
    [InlineData("policies/demo.json", "web", "h1", "", "", "GET / 0 ")]
    [InlineData("policies/captive-portal.json", "captive_portal_detect", "h1", "", "", "")]
    public async Task A_streamtype_of_a_real_policy_runs(string file, string streamType, string name, string metadata, string send, string expected)
    {
        await using var host = await KestrelTestHost.StartAsync(new KestrelTestHostOptions { Otherwise = AnyServer.AnswerAsync });
        await using var context = SsContext.FromFile(RepoPaths.Combine(file), new SsContextOptions
        {
            LoggerFactory = _log,
            Overlays = [PolicyDocument.FromJson(Overlay(host, streamType, TestWire.Parse(name)), "loopback")],
        });
        context.Blobs.Write(SsBlobNames.Auth(0), "t0k3n"u8);
        var options = new SsStreamOptions();
        foreach (var pair in metadata.Split(';', StringSplitOptions.RemoveEmptyEntries))
            options.Metadata[pair.Split('=')[0]] = pair.Split('=')[1];

        var handler = new RecordingHandler()
            .OnStateDo(SsState.Connected, stream =>
            {
                if (!stream.Traits.IsTransactional && send.Length > 0)
                    stream.RequestTransmit();
            })
            .OnTransmitDo((SecureStream _, scoped ref SsTransmit tx) =>
            {
                tx.Commit(Encoding.UTF8.GetBytes(send, tx.Buffer), SsTxFlags.WholeMessage);
                return SsTransmitResult.Send;
            });
        await using var stream = context.Create(streamType, handler, options);
        stream.Connect();

        if (stream.Traits.IsTransactional)
        {
            await handler.WaitForStateAsync(SsState.Disconnected);
            Assert.Contains(SsState.QosAckRemote, handler.States);
        }

        await handler.WaitForAsync(recorder => recorder.ReceivedLength >= expected.Length, what: expected);
        Assert.Equal(expected, handler.ReceivedText);
        Assert.DoesNotContain(SsState.Unreachable, handler.States);
        handler.AssertClean();
        _log.AssertClean();
    }

    // Where the server is, and whom to trust; and no proxy, since none is there.
    private static string Overlay(KestrelTestHost host, string streamType, TestWire wire)
    {
        var trust = wire.Tls ? ", \"tls_trust_store\": \"loopback\"" : "";
        return $$"""
            {
              "via-socks5": null,
              "certs": [{ "loopback_root": "{{TestCertificates.Authority.Base64Der}}" }],
              "trust_stores": [{ "name": "loopback", "stack": ["loopback_root"] }],
              "s": [{ "{{streamType}}": { "endpoint": "127.0.0.1", "port": {{wire.PortOf(host.Ports, WireTask.Echo)}}{{trust}} } }]
            }
            """;
    }
}
