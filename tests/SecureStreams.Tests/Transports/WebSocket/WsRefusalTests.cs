using System.Globalization;
using SecureStreams.TestSupport.Checks;
using Xunit;

namespace SecureStreams.Tests.Transports.WebSocket;

/// <summary>Answers to an upgrade that end badly, or are made to look like something else.</summary>
public sealed class WsRefusalTests
{
    /// <summary>What the peer has said stands, however its connection ends then.</summary>
    [Theory]
    [InlineData(false, "reset")]
    [InlineData(true, "reset")]
    [InlineData(false, "end")]
    [InlineData(true, "end")]
    public async Task A_refusal_whose_text_is_cut_is_told_with_its_status_and_what_came_of_the_text(bool tls, string how)
    {
        await using var bench = new WsBench(tls);
        var run = bench.Start();
        var peer = await bench.PeerAsync();
        await peer.SendTextAsync("HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Length: 100\r\n\r\nlate");
        await bench.Clock.WaitForArmedExactlyAsync(TimeSpan.FromSeconds(2));
        if (how == "reset")
            await peer.BreakAsync();
        else
            peer.Socket.Shutdown(System.Net.Sockets.SocketShutdown.Send);

        var failure = await run.EndAsync();
        Assert.Equal((SsCauseCode.PeerBusy, 503, TimeSpan.FromSeconds(7)), (failure!.Code, failure.Status, failure.RetryAfter));
        Assert.StartsWith("HTTP/1.1 503 Busy", failure.PeerText, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Sec-WebSocket-Protocol: x\u2028y\u202ez\u0085\r\n", "subprotocol")]
    [InlineData("Sec-WebSocket-Extensions: permessage-deflate; \"\u2028\u202e\u0085\r\n", "Sec-WebSocket-Extensions")]
    public async Task What_the_peer_chose_is_quoted_in_one_readable_line(string field, string words)
    {
        await using var bench = new WsBench(more: "\"ws_deflate\": true");
        var run = bench.Start();
        await (await bench.PeerAsync()).AcceptAsync(field);
        var failure = await run.EndAsync();
        Assert.Equal(SsCauseCode.ProtocolError, failure!.Code);
        Assert.Contains(words, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(failure.Message, static c => char.IsControl(c) || char.GetUnicodeCategory(c) is UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
    }

    [Fact]
    public async Task What_the_peer_chose_is_quoted_in_short()
    {
        await using var bench = new WsBench();
        var run = bench.Start();
        await (await bench.PeerAsync()).AcceptAsync("Sec-WebSocket-Protocol: " + new string('x', 20_000) + "\r\n");
        var failure = await run.EndAsync();
        Assert.Equal((SsCauseCode.ProtocolError, "ws_subprotocol"), (failure!.Code, failure.Attribute));
        Assert.InRange(failure.Message.Length, 100, 600);
    }
}
