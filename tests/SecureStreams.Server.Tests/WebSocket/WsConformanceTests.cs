using SecureStreams.TestSupport.Handlers;
using SecureStreams.Tests.Transports.WebSocket.Conformance;

namespace SecureStreams.Server.Tests.WebSocket;

/// <summary>Clients that break the protocol, and every way to close, on accepted streams: what the client is told, and what the stream.</summary>
public sealed class WsConformanceTests
{
    private const string Server = "\"srv\": { \"server\": true, \"protocol\": \"ws\", \"endpoint\": \"127.0.0.1\", \"max_message_bytes\": 66000 }";

    /// <summary>Version of HTTP, name, what the client sends, and the close code that answers it.</summary>
    public static TheoryData<string, string, string, int> Broken
    {
        get
        {
            var data = new TheoryData<string, string, string, int>();
            foreach (var row in Violations.Of(WsPeer.Key))
                data.Add("1.1", row.Data.Item1, row.Data.Item2, row.Data.Item3);
            foreach (var version in new[] { "1.1", "2" })
            {
                data.Add(version, "a message that is too long", Convert.ToHexString(RawFrame.Make(RawFrame.Fin | RawFrame.Binary, new byte[70_000], WsPeer.Key)[..14]), 1009);
                data.Add(version, "fragments that are too long together", Convert.ToHexString([.. RawFrame.Make(RawFrame.Binary, new byte[65_900], WsPeer.Key), .. RawFrame.Make(0, new byte[101], WsPeer.Key)]), 1009);
            }

            data.Add("2", "a reserved bit", Convert.ToHexString(RawFrame.Make(RawFrame.Fin | 0x40 | RawFrame.Text, [], WsPeer.Key)), 1002);
            data.Add("2", "a text that is not UTF-8", Convert.ToHexString(RawFrame.Make(RawFrame.Fin | RawFrame.Text, [0xFF], WsPeer.Key)), 1007);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Broken))]
    public async Task What_the_protocol_forbids_is_answered_and_told(string version, string name, string bytes, int code)
    {
        Assert.NotEmpty(name);
        await using var bench = new ServerBench(Server);
        bench.Log.Allow(code == 1009 ? "Payload/PayloadTooLarge" : "Protocol/ProtocolError");
        await using var listener = bench.Listen();
        await using (var peer = await WsPeer.UpgradedAsync(listener, version))
        {
            await peer.SendAsync(Convert.FromHexString(bytes));
            var close = await peer.CloseFrameAsync();
            Assert.Equal(code, close.CloseCode);
            Assert.NotEmpty(close.CloseReason);

            // The server reads on for a moment, so that its last word is not lost by a reset, and ends the connection then; a client that does not wait has one case less to sit out.
            if (code == 1009)
                Assert.Null(await peer.NextAsync());
        }

        var handler = await bench.AcceptedAsync();
        await handler.WaitForStateAsync(SsState.Destroying);
        var cause = handler.CauseOf(SsState.Disconnected);
        Assert.Equal((code == 1009 ? SsCauseCode.PayloadTooLarge : SsCauseCode.ProtocolError, code), (cause.Code, cause.Status));
        Assert.Equal("Creating Connecting Connected ServerTxn ServerUpgrade Disconnected Destroying", handler.Story);
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
            Assert.Equal((code == 1013 ? SsCauseCode.PeerBusy : SsCauseCode.PeerClosed, code), (cause.Code, cause.Status));
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
}
