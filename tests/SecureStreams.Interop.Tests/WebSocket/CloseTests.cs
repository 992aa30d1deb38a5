using System.Globalization;
using System.Text;
using SecureStreams.TestSupport.Handlers;

namespace SecureStreams.Interop.Tests.WebSocket;

/// <summary>Ends and refusals by servers of others, and ends by the client as those servers see them.</summary>
public class CloseTests(NodeWebSocketFixture node, PythonWebSocketFixture python)
{
    [Theory]
    [InlineData("node", 1000, "", SsCauseCode.PeerClosed)]
    [InlineData("node", 1001, "away", SsCauseCode.PeerClosed)]
    [InlineData("node", 1002, "", SsCauseCode.PeerClosed)]
    [InlineData("node", 1003, "", SsCauseCode.PeerClosed)]
    [InlineData("node", 1007, "", SsCauseCode.PeerClosed)]
    [InlineData("node", 1008, "no", SsCauseCode.PeerClosed)]
    [InlineData("node", 1009, "", SsCauseCode.PeerClosed)]
    [InlineData("node", 1010, "", SsCauseCode.PeerClosed)]
    [InlineData("node", 1011, "oops", SsCauseCode.PeerClosed)]
    [InlineData("node", 1012, "", SsCauseCode.PeerClosed)]
    [InlineData("node", 1013, "later", SsCauseCode.PeerBusy)]
    [InlineData("node", 1014, "", SsCauseCode.PeerClosed)]
    [InlineData("node", 3000, "three", SsCauseCode.PeerClosed)]
    [InlineData("node", 4999, "four", SsCauseCode.PeerClosed)]
    [InlineData("python", 1000, "", SsCauseCode.PeerClosed)]
    [InlineData("python", 1001, "away", SsCauseCode.PeerClosed)]
    [InlineData("python", 1008, "no", SsCauseCode.PeerClosed)]
    [InlineData("python", 1011, "oops", SsCauseCode.PeerClosed)]
    [InlineData("python", 1013, "later", SsCauseCode.PeerBusy)]
    [InlineData("python", 3000, "three", SsCauseCode.PeerClosed)]
    [InlineData("python", 4999, "four", SsCauseCode.PeerClosed)]
    public async Task A_close_of_the_server_is_told_and_answered_so_that_the_server_is_content(string peer, int code, string reason, SsCauseCode expected)
    {
        var id = Guid.NewGuid().ToString("N");
        await using var streams = Open(peer, $"/close?code={code.ToString(CultureInfo.InvariantCulture)}&reason={reason}&id={id}");
        var handler = await SendOneAsync(streams, SsState.Disconnected);

        var cause = handler.CauseOf(SsState.Disconnected);
        Assert.Equal((SsPhase.Peer, expected, code), (cause.Phase, cause.Code, cause.Status));
        Assert.EndsWith(reason, streams.Context.Diagnostics.Find(cause.DetailId)!.PeerText!, StringComparison.Ordinal);

        // What the server saw of our answer.
        var closed = await Process(peer).WaitForAsync("close", one => one.GetProperty("id").GetString() == id);
        Assert.Equal(code, closed.GetProperty("code").GetInt32());
    }

    [Fact]
    public async Task A_close_without_a_code_is_told_as_that()
    {
        var id = Guid.NewGuid().ToString("N");
        await using var streams = Open("node", $"/close?id={id}");
        var handler = await SendOneAsync(streams, SsState.Disconnected);
        var cause = handler.CauseOf(SsState.Disconnected);
        Assert.Equal((SsPhase.Peer, SsCauseCode.PeerClosed, 0), (cause.Phase, cause.Code, cause.Status));
        var closed = await node.Process.WaitForAsync("close", one => one.GetProperty("id").GetString() == id);
        Assert.Equal(1005, closed.GetProperty("code").GetInt32());
    }

    [Fact]
    public async Task A_connection_cut_is_told_as_that()
    {
        await using var streams = Open("node", "/terminate");
        var cause = (await SendOneAsync(streams, SsState.Disconnected)).CauseOf(SsState.Disconnected);
        Assert.Equal(0, cause.Status);
        Assert.True(cause.Code is SsCauseCode.PeerClosed or SsCauseCode.ConnectionReset, $"{cause}");
    }

    [Theory]
    [InlineData("node")]
    [InlineData("python")]
    public async Task An_end_by_the_client_reaches_the_server_as_1000(string peer)
    {
        var id = Guid.NewGuid().ToString("N");
        await using var streams = Open(peer, $"/echo?id={id}");
        var handler = Hello();
        handler.OnReceiveDo(static (_, _, _) => SsResult.Disconnect);
        streams.Context.Create("x", handler).Connect();
        await handler.WaitForStateAsync(SsState.Disconnected);
        var closed = await Process(peer).WaitForAsync("close", one => one.GetProperty("id").GetString() == id);
        Assert.Equal(1000, closed.GetProperty("code").GetInt32());
        Assert.Equal(SsCauseCode.LocalDisconnect, handler.CauseOf(SsState.Disconnected).Code);
    }

    [Fact]
    public async Task A_destroyed_stream_reaches_the_server_as_1001()
    {
        var id = Guid.NewGuid().ToString("N");
        await using var streams = Open("node", $"/echo?id={id}");
        var handler = Hello();
        var stream = streams.Context.Create("x", handler);
        stream.Connect();
        await handler.WaitForAsync(static one => one.ReceivedMessages > 0);
        await stream.DisposeAsync();
        var closed = await node.Process.WaitForAsync("close", one => one.GetProperty("id").GetString() == id);
        Assert.Equal(1001, closed.GetProperty("code").GetInt32());
    }

    [Theory]
    [InlineData("node", 401, SsCauseCode.PeerRefused)]
    [InlineData("node", 403, SsCauseCode.PeerRefused)]
    [InlineData("node", 503, SsCauseCode.PeerBusy)]
    [InlineData("python", 404, SsCauseCode.PeerRefused)]
    public async Task A_refused_upgrade_is_told_with_status_and_body(string peer, int status, SsCauseCode code)
    {
        await using var streams = Open(peer, $"/refuse?status={status.ToString(CultureInfo.InvariantCulture)}&body=not-for-you");
        var handler = new RecordingHandler();
        streams.Context.Create("x", handler).Connect();
        await handler.WaitForStateAsync(SsState.Unreachable);
        var cause = handler.CauseOf(SsState.Unreachable);
        Assert.Equal((SsPhase.Peer, code, status), (cause.Phase, cause.Code, cause.Status));
        Assert.Contains("not-for-you", streams.Context.Diagnostics.Find(cause.DetailId)!.PeerText!, StringComparison.Ordinal);
        handler.AssertClean();
    }

    [Theory]
    [InlineData("node", "&protocol=one", "\"ws_subprotocol\": \"one\"", true)]
    [InlineData("node", "&protocol=two", "\"ws_subprotocol\": \"one, two\"", true)]
    [InlineData("node", "&protocol=", "\"ws_subprotocol\": \"one\"", false)]
    [InlineData("node", "", "\"ws_subprotocol\": \"\"", true)]
    [InlineData("python", "", "\"ws_subprotocol\": \"two\"", true)]
    [InlineData("python", "", "\"ws_subprotocol\": \"three\"", false)]
    [InlineData("python", "", "", true)]
    public async Task Subprotocols_are_agreed_or_the_connection_is_not(string peer, string query, string more, bool agreed)
    {
        var id = Guid.NewGuid().ToString("N");
        await using var streams = Open(peer, $"/echo?id={id}{query}", more);
        var handler = Hello();
        streams.Context.Create("x", handler).Connect();
        await handler.WaitForAsync(static one => one.ReceivedMessages > 0 || one.States.Contains(SsState.Unreachable));
        Assert.Equal(agreed, handler.States.Contains(SsState.Connected));
        if (!agreed)
            Assert.Equal((SsPhase.Protocol, SsCauseCode.ProtocolError), (handler.CauseOf(SsState.Unreachable).Phase, handler.CauseOf(SsState.Unreachable).Code));
        handler.AssertClean();
    }

    [Fact]
    public async Task Pings_of_the_server_are_answered_with_what_they_carry()
    {
        var id = Guid.NewGuid().ToString("N");
        await using var streams = Open("node", $"/echo?count=5&id={id}");
        var handler = Hello();
        await using var stream = streams.Context.Create("x", handler);
        stream.Connect();
        for (var count = 1; count <= 5; count++)
            await node.Process.WaitForAsync("pong", one => one.GetProperty("id").GetString() == id && one.GetProperty("text").GetString() == $"{count}");
        handler.AssertClean();
    }

    [Fact]
    public async Task A_server_that_answers_no_ping_is_noticed()
    {
        await using var streams = WebSocketStreams.Open(node.Process is null ? 0 : node.Port, "/mute", retry: ", \"svalidping_ms\": 200, \"svalidhup_ms\": 500");
        var handler = new RecordingHandler();
        streams.Context.Create("x", handler).Connect();
        await handler.WaitForStateAsync(SsState.Disconnected);
        Assert.Equal(SsCauseCode.PeerUnresponsive, handler.CauseOf(SsState.Disconnected).Code);
    }

    private static MessageHandler Hello() => new([(Encoding.UTF8.GetBytes("hello"), true)]);

    private static async Task<RecordingHandler> SendOneAsync(WebSocketStreams streams, SsState until)
    {
        var handler = Hello();
        streams.Context.Create("x", handler).Connect();
        await handler.WaitForStateAsync(until);
        handler.AssertClean();
        return handler;
    }

    private WebSocketStreams Open(string peer, string url, string more = "") =>
        WebSocketStreams.Open(peer == "node" ? (node.Process is null ? 0 : node.Port) : python.Port("plain"), url, more);

    private Peers.PeerProcess Process(string peer) => peer == "node" ? node.Process : python.Process;
}
