using System.Globalization;
using System.Net;
using System.Net.Sockets;
using SecureStreams.Network;
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
            peer.Socket.Shutdown(SocketShutdown.Send);

        var failure = await run.EndAsync();
        Assert.Equal((SsCauseCode.PeerBusy, 503, TimeSpan.FromSeconds(7)), (failure!.Code, failure.Status, failure.RetryAfter));
        Assert.StartsWith("HTTP/1.1 503 Busy", failure.PeerText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_text_of_a_refusal_gets_no_more_time_than_is_left_of_the_attempt()
    {
        using var sockets = new SeenReads();
        await using var bench = new WsBench(more: "\"connect_timeout_ms\": 1500", platform: new SsPlatform { Sockets = sockets });
        var run = bench.Start();
        var peer = await bench.PeerAsync();
        await sockets.NextAsync();
        bench.Clock.Advance(TimeSpan.FromSeconds(1));
        await peer.SendTextAsync("HTTP/1.1 403 No\r\nContent-Length: 100\r\n\r\nbecause");
        await sockets.NextAsync();
        bench.Clock.Advance(TimeSpan.FromMilliseconds(499));
        await run.TurnAsync();
        Assert.DoesNotContain("closed", run.Events);
        bench.Clock.Advance(TimeSpan.FromMilliseconds(1));
        var failure = await run.EndAsync();
        Assert.Equal((SsCauseCode.PeerRefused, 403, "HTTP/1.1 403 No: because"), (failure!.Code, failure.Status, failure.PeerText));
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

    /// <summary>Real connections that tell when the next read begins: what came with the one before has been looked at then.</summary>
    private sealed class SeenReads : SsSocketDialer, IDisposable
    {
        private readonly SemaphoreSlim _begun = new(0);

        public Task NextAsync() => _begun.WaitAsync(TestContext.Current.CancellationToken).OrFail(static () => "Nothing is read.");

        public void Dispose() => _begun.Dispose();

        public override async ValueTask<Stream> ConnectAsync(EndPoint endPoint, CancellationToken cancellationToken) =>
            new Seen(_begun, ((NetworkStream)await System.ConnectAsync(endPoint, cancellationToken)).Socket);

        private sealed class Seen(SemaphoreSlim begun, Socket socket) : NetworkStream(socket, ownsSocket: true)
        {
            public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
            {
                begun.Release();
                return base.ReadAsync(buffer, cancellationToken);
            }
        }
    }
}
