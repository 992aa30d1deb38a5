using SecureStreams.TestSupport.Handlers;
using Xunit;

namespace SecureStreams.Tests.Core;

public sealed class MetadataTests
{
    [Fact]
    public async Task An_undeclared_name_throws_at_the_setter_and_names_what_is_declared()
    {
        await using var bench = new CoreBench();
        var (stream, _) = bench.Create("nailed", options: Uk());

        var error = Assert.Throws<SsMetadataException>(() => stream.SetMetadata("regoin", "uk"));
        Assert.Contains("'regoin'", error.Message, StringComparison.Ordinal);
        Assert.Contains("'region', 'ctype'", error.Message, StringComparison.Ordinal);
        Assert.Throws<SsMetadataException>(() => stream.GetMetadata("regoin"));
        Assert.Throws<SsMetadataException>(() => stream.TryGetMetadata("regoin", [], out _));
    }

    [Theory]
    [InlineData("text/plain\r\nX-Evil: 1")]
    [InlineData("a\rb")]
    [InlineData("a\nb")]
    [InlineData("a\0b")]
    public async Task A_value_that_could_forge_a_header_throws_at_the_setter_and_is_not_quoted(string value)
    {
        await using var bench = new CoreBench();
        var (stream, _) = bench.Create("nailed", options: Uk());

        var error = Assert.Throws<SsMetadataException>(() => stream.SetMetadata("ctype", value));
        Assert.DoesNotContain("Evil", error.Message, StringComparison.Ordinal);
        Assert.Throws<SsMetadataException>(() => stream.SetMetadata("ctype", System.Text.Encoding.UTF8.GetBytes(value)));
        Assert.Throws<SsMetadataException>(() => bench.Context.Create("nailed", new RecordingHandler(), new() { Metadata = { ["ctype"] = value } }));
    }

    [Fact]
    public async Task Bytes_that_are_not_UTF8_throw_at_the_setter()
    {
        await using var bench = new CoreBench();
        var (stream, _) = bench.Create("nailed", options: Uk());
        Assert.Throws<SsMetadataException>(() => stream.SetMetadata("ctype", [0xff, 0xfe]));
    }

    [Fact]
    public async Task Values_are_applied_in_order_and_read_back_as_text_and_bytes()
    {
        await using var bench = new CoreBench();
        string? inside = null;
        var (stream, handler) = bench.Create("nailed", h => h.OnStateDo(SsState.Connected, s =>
        {
            s.SetMetadata("ctype", "inside");
            inside = s.GetMetadata("ctype");
        }), Uk());

        Assert.Null(stream.GetMetadata("ctype"));
        Assert.False(stream.TryGetMetadata("ctype", new byte[8], out var none));
        Assert.Equal(0, none);

        (await bench.NextAttemptAsync()).Accept();
        await handler.WaitForStateAsync(SsState.Connected);
        Assert.Equal("inside", inside);
        Assert.Equal("inside", stream.GetMetadata("ctype"));

        var small = new byte[3];
        Assert.False(stream.TryGetMetadata("ctype", small, out var needed));
        Assert.Equal(6, needed);
        var room = new byte[6];
        Assert.True(stream.TryGetMetadata("ctype", room, out var written));
        Assert.Equal("inside"u8.ToArray(), room[..written]);
    }

    [Fact]
    public async Task What_the_peer_sent_is_gone_when_the_next_transaction_begins()
    {
        await using var bench = new CoreBench("""
            { "s": [{ "x": { "endpoint": "peer.test", "port": 1, "protocol": "h1", "http_method": "GET", "http_url": "/",
                             "metadata": [{ "ctype": "content-type:" }] } }] }
            """);
        var (stream, handler) = bench.Create("x", options: new() { Metadata = { ["ctype"] = "mine" } });

        stream.Connect();
        var peer = await bench.NextAttemptAsync();
        Assert.Equal("mine", peer.Setup.Metadata.Outgoing(0));
        peer.Received(["theirs"]);
        peer.Accept();
        await handler.WaitForStateAsync(SsState.Connected);
        Assert.Equal("theirs", stream.GetMetadata("ctype"));
        peer.Acknowledge(true, 200);
        peer.Close(null);
        await handler.WaitForStateAsync(SsState.Disconnected);

        stream.Connect();
        peer = await bench.NextAttemptAsync();
        Assert.Equal("mine", peer.Setup.Metadata.Outgoing(0));
        Assert.Equal("mine", stream.GetMetadata("ctype"));
    }

    private static SsStreamOptions Uk() => new() { Metadata = { ["region"] = "uk" } };
}
