using SecureStreams.TestSupport.Handlers;
using SecureStreams.Tests.Transports.WebSocket.Conformance;

namespace SecureStreams.Server.Tests.WebSocket;

/// <summary>Clients that break the protocol, and every way to close, on accepted streams: what the client is told, and what the stream.</summary>
public sealed class WsConformanceTests
{
    private const string Server = "\"srv\": { \"server\": true, \"protocol\": \"ws\", \"endpoint\": \"127.0.0.1\", \"max_message_bytes\": 66000 }";

    /// <summary>Name, what the client sends, and the close code that answers it.</summary>
    private static IEnumerable<(string Name, byte[] Bytes, int Code)> Broken => Violations.Of(WsPeer.Key).Select(static row => (row.Data.Item1, Convert.FromHexString(row.Data.Item2), row.Data.Item3));

    [Theory]
    [InlineData("1.1")]
    [InlineData("2")]
    public async Task What_the_protocol_forbids_is_answered_and_told(string version)
    {
        await using var bench = new ServerBench(Server);
        bench.Log.Allow("Protocol/ProtocolError");
        await using var listener = bench.Listen();
        var count = 0;
        foreach (var (name, bytes, code) in Broken)
        {
            // The server reads on for a moment, so that its last word is not lost by a reset, and ends the connection then; a client that does not wait has less to sit out.
            await using (var peer = await WsPeer.UpgradedAsync(listener, version))
                await BreakAsync(peer, name, bytes, code);
            await AssertToldAsync(await bench.AcceptedAsync(++count), name, SsCauseCode.ProtocolError, code);
        }

        Assert.True(count > 50);
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2")]
    public async Task A_text_with_a_wrong_byte_anywhere_is_refused_and_never_whole(string version)
    {
        await using var bench = new ServerBench(Server);
        bench.Log.Allow("Protocol/ProtocolError");
        await using var listener = bench.Listen();
        var count = 0;
        foreach (var (name, bytes) in WrongTexts.Of(WsPeer.Key))
        {
            await using (var peer = await WsPeer.UpgradedAsync(listener, version))
                await BreakAsync(peer, name, bytes, 1007);
            var handler = await bench.AcceptedAsync(++count);
            await AssertToldAsync(handler, name, SsCauseCode.ProtocolError, 1007);
            Assert.Equal(0, handler.ReceivedMessages);
        }

        Assert.True(count > 40);
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2")]
    public async Task A_message_that_is_too_long_is_refused_before_its_payload(string version)
    {
        await using var bench = new ServerBench(Server);
        bench.Log.Allow("Payload/PayloadTooLarge");
        await using var listener = bench.Listen();
        var count = 0;
        foreach (var (name, bytes) in new[]
        {
            ("only its header", RawFrame.Make(RawFrame.Fin | RawFrame.Binary, new byte[70_000], WsPeer.Key)[..14]),
            ("fragments", [.. RawFrame.Make(RawFrame.Binary, new byte[65_900], WsPeer.Key), .. RawFrame.Make(0, new byte[101], WsPeer.Key)]),
        })
        {
            await using (var peer = await WsPeer.UpgradedAsync(listener, version))
            {
                await BreakAsync(peer, name, bytes, 1009);
                Assert.Null(await peer.NextAsync());
            }

            await AssertToldAsync(await bench.AcceptedAsync(++count), name, SsCauseCode.PayloadTooLarge, 1009);
        }
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2")]
    public async Task A_close_is_answered_with_its_code_and_ends_the_stream(string version)
    {
        await using var bench = new ServerBench(Server);
        bench.Log.Allow("Peer/Peer");
        await using var listener = bench.Listen();
        var count = 0;
        foreach (var code in new[] { 1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999, 0 })
        {
            await using (var peer = await WsPeer.UpgradedAsync(listener, version))
            {
                await peer.SendAsync(code == 0 ? RawFrame.Make(RawFrame.Fin | RawFrame.Close, [], WsPeer.Key) : RawFrame.MakeClose(code, "bye", WsPeer.Key));
                Assert.Equal(code, (await peer.CloseFrameAsync()).CloseCode);
                Assert.Null(await peer.NextAsync());
            }

            var handler = await bench.AcceptedAsync(++count);
            await handler.WaitForStateAsync(SsState.Destroying);
            var cause = handler.CauseOf(SsState.Disconnected);
            Assert.Equal((code == 1013 ? SsCauseCode.PeerBusy : SsCauseCode.PeerClosed, code == 0 ? 1005 : code), (cause.Code, cause.Status));
        }
    }

    [Theory]
    [InlineData("1.1", false)]
    [InlineData("1.1", true)]
    [InlineData("2", false)]
    public async Task A_client_that_ends_without_a_close_frame_is_told(string version, bool inMessage)
    {
        await using var bench = new ServerBench(Server);
        bench.Log.Allow("Peer/");
        bench.Log.Allow("Payload/");
        await using var listener = bench.Listen();
        await using (var peer = await WsPeer.UpgradedAsync(listener, version))
        {
            if (inMessage)
            {
                await peer.SendAsync(RawFrame.Text, "half"u8);
                await (await bench.AcceptedAsync()).WaitForAsync(static one => one.ReceivedLength == 4);
            }
        }

        var handler = await bench.AcceptedAsync();
        await handler.WaitForStateAsync(SsState.Destroying);
        var code = handler.CauseOf(SsState.Disconnected).Code;
        if (version == "2" && code == SsCauseCode.ConnectionReset)
            return; // A client of HTTP/2 resets the stream behind its end.
        var detail = bench.Context.Diagnostics.Recent()[^1];
        Assert.True(code == (inMessage ? SsCauseCode.PayloadTruncated : SsCauseCode.PeerClosed), $"{detail.Cause}: {detail.Message} {string.Join(" / ", detail.Errors)}");
    }

    private static async Task BreakAsync(WsPeer peer, string name, byte[] bytes, int code)
    {
        await peer.SendAsync(bytes);
        var close = await peer.CloseFrameAsync();
        Assert.True(code == close.CloseCode && close.CloseReason.Length > 0, $"{name} is answered with {close.CloseCode} \"{close.CloseReason}\", not {code}.");
    }

    private static async Task AssertToldAsync(RecordingHandler handler, string name, SsCauseCode expected, int code)
    {
        await handler.WaitForStateAsync(SsState.Destroying);
        var cause = handler.CauseOf(SsState.Disconnected);
        Assert.True((expected, code) == (cause.Code, cause.Status), $"{name} is told as {cause}.");
        Assert.Equal("Creating Connecting Connected ServerTxn ServerUpgrade Disconnected Destroying", handler.Story);
    }
}
