using SecureStreams.Interop.Tests.Nginx;
using SecureStreams.TestSupport.Handlers;

namespace SecureStreams.Interop.Tests.Http;

/// <summary>Payload through a real nginx, both ways, over every kind of HTTP.</summary>
public class TransferTests(NginxFixture fixture)
{
    [Theory]
    [InlineData("http")]
    [InlineData("https")]
    [InlineData("h2")]
    public async Task Gets_ten_mebibytes(string kind)
    {
        await using var streams = NginxStreams.Open(fixture.Server.Ports, kind, "static/ten-mib.bin", """, "http_method": "GET" """);
        using var handler = new BodyHandler();
        await using var stream = streams.Context.Create("x", handler);

        stream.Connect();
        await handler.WaitForStateAsync(SsState.Disconnected);

        Assert.Equal("Creating Connecting Connected QosAckRemote Disconnected", handler.Story);
        Assert.Equal(NginxServer.FileLength, handler.BodyReceived);
        Assert.Equal(NginxServer.FileSha256, handler.BodyReceivedSha256);
        Assert.True(handler.BodyComplete);
        handler.AssertClean();
    }

    [Theory]
    [InlineData("http")]
    [InlineData("h2")]
    public async Task Gets_a_body_that_comes_slowly_to_its_end(string kind)
    {
        var mark = Guid.NewGuid().ToString("N");
        await using var streams = NginxStreams.Open(fixture.Server.Ports, kind, $"/slow/small.bin?{mark}", """, "http_method": "GET" """);
        using var handler = new BodyHandler();
        await using var stream = streams.Context.Create("x", handler);

        stream.Connect();
        await handler.WaitForStateAsync(SsState.Disconnected);

        Assert.Equal("Creating Connecting Connected QosAckRemote Disconnected", handler.Story);
        Assert.Equal((NginxServer.SmallFileLength, NginxServer.SmallFileSha256, true), (handler.BodyReceived, handler.BodyReceivedSha256, handler.BodyComplete));
        handler.AssertClean();

        // It was slow: 64 KiB in a second, so that at least two passed between the first and the last.
        var line = await fixture.Server.WaitForLogAsync(one => one.Request.Contains(mark, StringComparison.Ordinal));
        Assert.Equal((200, NginxServer.SmallFileLength), (line.Status, line.BodyBytesSent));
        Assert.True(line.Seconds >= 1, $"{line}");
    }

    [Theory]
    [InlineData("http", true)]
    [InlineData("http", false)]
    [InlineData("https", true)]
    [InlineData("https", false)]
    [InlineData("h2", true)]
    [InlineData("h2", false)]
    public async Task Posts_ten_mebibytes_and_gets_them_back(string kind, bool announced)
    {
        await using var streams = NginxStreams.Open(fixture.Server.Ports, kind, "/app/mirror", """, "http_method": "POST" """);
        using var handler = new BodyHandler(DeterministicBytes.Open(10 << 20, seed: 5));
        await using var stream = streams.Context.Create("x", handler);

        if (announced)
            stream.RequestTransmit(handler.BodyLength);
        else
            stream.RequestTransmit();
        await handler.WaitForStateAsync(SsState.Disconnected);

        Assert.Equal("Creating Poll Connecting Connected QosAckRemote Disconnected", handler.Story);
        Assert.Equal(10 << 20, handler.BodyReceived);
        Assert.Equal(DeterministicBytes.Sha256(10 << 20, seed: 5), handler.BodyReceivedSha256);
        handler.AssertClean();
    }

    [Theory]
    [InlineData("http")]
    [InlineData("h2")]
    public async Task Puts_a_body_that_nginx_stores_byte_for_byte(string kind)
    {
        var name = $"stream-{kind}-{Guid.NewGuid():N}";
        await using var streams = NginxStreams.Open(
            fixture.Server.Ports, kind, "/upload/${name}", """, "http_method": "PUT", "metadata": [{ "name": "" }] """);
        using var handler = new BodyHandler(DeterministicBytes.Open(1_000_001, seed: 6)) { MaxPiece = 4093 };
        await using var stream = streams.Context.Create("x", handler, new() { Metadata = { ["name"] = name } });

        stream.RequestTransmit(handler.BodyLength);
        await handler.WaitForStateAsync(SsState.Disconnected);

        Assert.Equal(201, handler.LastOf(SsState.QosAckRemote).Ack);
        Assert.Equal(DeterministicBytes.Sha256(1_000_001, seed: 6), await fixture.Server.UploadSha256Async(name));
    }

    [Theory]
    [InlineData("http", "HTTP/1.1")]
    [InlineData("https", "HTTP/1.1")]
    [InlineData("h2", "HTTP/2.0")]
    public async Task Speaks_the_protocol_of_the_policy_and_encodes_what_is_put_into_the_url(string kind, string protocol)
    {
        var mark = Guid.NewGuid().ToString("N");
        await using var streams = NginxStreams.Open(
            fixture.Server.Ports, kind, $"/target?{mark}=${{value}}", """, "http_method": "GET", "metadata": [{ "value": "" }] """);
        var handler = new RecordingHandler();
        await using var stream = streams.Context.Create("x", handler, new() { Metadata = { ["value"] = "a b&c=d/é" } });

        stream.Connect();
        await handler.WaitForStateAsync(SsState.Disconnected);

        Assert.Equal("target\n", handler.ReceivedText);
        var line = await fixture.Server.WaitForLogAsync(one => one.Request.Contains(mark, StringComparison.Ordinal));
        Assert.Contains($"GET /target?{mark}=a%20b%26c%3Dd%2F%C3%A9 ", line.Request, StringComparison.Ordinal);
        Assert.Equal(protocol, line.Protocol);
    }

    [Fact]
    public async Task A_nailed_up_stream_goes_to_the_right_place_on_its_first_attempt()
    {
        await using var streams = NginxStreams.Open(
            fixture.Server.Ports, "https", "/target", """, "http_method": "GET", "nailed_up": true, "metadata": [{ "region": "" }] """, endpoint: "${region}");
        var handler = new RecordingHandler();
        await using var stream = streams.Context.Create("x", handler, new() { Metadata = { ["region"] = "localhost" } });

        await handler.WaitForStateAsync(SsState.Disconnected);
        Assert.Equal("Creating Connecting Connected QosAckRemote Disconnected", handler.Story);
        Assert.Equal("target\n", handler.ReceivedText);
    }
}
