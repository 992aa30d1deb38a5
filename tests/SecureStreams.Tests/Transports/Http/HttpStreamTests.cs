using SecureStreams.Network;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.TestSupport.Servers;
using SecureStreams.TestSupport.Time;
using SecureStreams.Transports.Http;
using Xunit;

namespace SecureStreams.Tests.Transports.Http;

/// <summary>The HTTP transport below a real stream: what the application sees.</summary>
public sealed class HttpStreamTests : IDisposable
{
    private readonly ManualTimeProvider _clock = new();
    private readonly TestLog _log = new();
    private readonly SsPlatform _platform;
    private readonly Dialer _dialer;

    public HttpStreamTests()
    {
        _platform = new SsPlatform { Time = _clock };
        _dialer = new Dialer(_platform);
    }

    public void Dispose()
    {
        _dialer.Dispose();
        _log.Dispose();
    }

    [Theory]
    [InlineData("h1")]
    [InlineData("h2")]
    public async Task A_get_tells_connecting_connected_ack_disconnected(string protocol)
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var context = Context(protocol == "h1" ? host.HttpPort : host.H2cPort, protocol, "GET", "/bytes/20");
        var handler = new RecordingHandler();
        await using (var stream = context.Create("t", handler))
        {
            stream.Connect();
            await handler.WaitForStateAsync(SsState.Disconnected);
            Assert.Equal(DeterministicBytes.Make(20), handler.Received);
        }

        Assert.Equal("Creating Connecting Connected QosAckRemote Disconnected Destroying", handler.Story);
        handler.AssertCleanAndDestroyed();
    }

    [Theory]
    [InlineData("h1", true)]
    [InlineData("h1", false)]
    [InlineData("h2", true)]
    [InlineData("h2", false)]
    public async Task A_post_streams_the_body_of_the_application(string protocol, bool announce)
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var context = Context(protocol == "h1" ? host.HttpPort : host.H2cPort, protocol, "POST", "/hash");
        using var handler = new BodyHandler(DeterministicBytes.Open(3_000_000)) { KeepPayload = true };
        await using (var stream = context.Create("t", handler))
        {
            if (announce)
                stream.RequestTransmit(3_000_000);
            else
                stream.RequestTransmit();
            await handler.WaitForStateAsync(SsState.Disconnected);
        }

        Assert.StartsWith($"{DeterministicBytes.Sha256(3_000_000)} 3000000 {(announce ? "content-length" : "chunked")}", handler.ReceivedText, StringComparison.Ordinal);
        handler.AssertCleanAndDestroyed();
    }

    [Fact]
    public async Task A_busy_peer_is_unreachable_and_tried_again_no_sooner_than_it_asked()
    {
        await using var server = ScriptedServer.Start(static async (connection, stopping) =>
        {
            await connection.ReadHeadAsync(stopping);
            await connection.WriteAsync("HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n", stopping);
            await connection.ReadHeadAsync(stopping);
            await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", stopping);
        });
        await using var context = Context(server.Port, "h1", "GET", "/");
        var handler = new RecordingHandler();
        await using (var stream = context.Create("t", handler))
        {
            stream.Connect();
            await handler.WaitForStateAsync(SsState.Unreachable);
            await _clock.WaitForArmedExactlyAsync(TimeSpan.FromSeconds(7));
            _clock.Advance(TimeSpan.FromSeconds(7));
            await handler.WaitForStateAsync(SsState.Disconnected);
        }

        Assert.Equal("ok", handler.ReceivedText);
        Assert.Equal("Creating Connecting Unreachable Poll Connecting Connected QosAckRemote Disconnected Destroying", handler.Story);
        Assert.Equal((SsCauseCode.PeerBusy, 503), (handler.CauseOf(SsState.Unreachable).Code, handler.CauseOf(SsState.Unreachable).Status));
        handler.AssertCleanAndDestroyed();
    }

    [Fact]
    public async Task A_redirected_post_begins_its_body_anew_at_connecting()
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var context = Context(host.HttpPort, "h1", "POST", "/redirect/2?code=308&to=/hash");
        using var handler = new BodyHandler(DeterministicBytes.Open(200_000)) { KeepPayload = true };
        await using (var stream = context.Create("t", handler))
        {
            stream.RequestTransmit(200_000);
            await handler.WaitForStateAsync(SsState.Disconnected);
        }

        Assert.StartsWith($"{DeterministicBytes.Sha256(200_000)} 200000 ", handler.ReceivedText, StringComparison.Ordinal);
        Assert.Equal(3, handler.Attempts);
        handler.AssertCleanAndDestroyed();
    }

    private LocalContext Context(int port, string protocol, string method, string url) => SsContext.FromJson(
        $$"""
        {
          "retry": [{ "default": { "backoff": [1000], "conceal": 5, "jitterpc": 0 } }],
          "s": [{ "t": { "endpoint": "127.0.0.1", "port": {{port}}, "protocol": "{{protocol}}", "http_method": "{{method}}", "http_url": "{{url}}", "retry": "default", "allow_redirects": true } }]
        }
        """,
        new SsContextOptions { Platform = _platform, LoggerFactory = _log, Transports = options => new HttpTransportFactory(options.Platform, _dialer, options.LoggerFactory) });
}
