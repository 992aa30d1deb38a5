using System.Globalization;
using System.Text;
using SecureStreams.Interop.Tests.WebSocket.Clients;
using SecureStreams.Interop.Tests.WebSocket.Verdicts;
using SecureStreams.TestSupport.Handlers;

namespace SecureStreams.Interop.Tests.WebSocket;

/// <summary>Ends and refusals by servers of others, and ends by the client as those servers see them.</summary>
public class CloseTests(NodeWebSocketFixture node, PythonWebSocketFixture python)
{
    /// <summary>Whose server, and each code that it may close with.</summary>
    public static TheoryData<string, int> Closes => new(
        from peer in new[] { "node", "python", "platform" }
        from code in CloseCodes.All
        select new TheoryDataRow<string, int>(peer, code));

    [Theory]
    [MemberData(nameof(Closes))]
    public async Task A_close_of_the_server_is_told_and_answered_so_that_the_server_is_content(string peer, int code)
    {
        await using var platform = await PlatformAsync(peer);
        var id = Guid.NewGuid().ToString("N");
        await using var streams = Open(peer, $"/close?code={code.ToString(CultureInfo.InvariantCulture)}&reason=because&id={id}", platform);
        var handler = await SendOneAsync(streams, SsState.Disconnected);

        var cause = handler.CauseOf(SsState.Disconnected);
        Assert.Equal((SsPhase.Peer, CloseCodes.CauseOf(code), code), (cause.Phase, cause.Code, cause.Status));
        Assert.EndsWith("because", streams.Context.Diagnostics.Find(cause.DetailId)!.PeerText!, StringComparison.Ordinal);

        // What the server saw of our answer.
        Assert.Equal(code, await CodeSeenAsync(peer, id, platform));
    }

    [Fact]
    public async Task A_close_without_a_code_is_told_as_that()
    {
        var id = Guid.NewGuid().ToString("N");
        await using var streams = Open("node", $"/close?id={id}");
        var handler = await SendOneAsync(streams, SsState.Disconnected);
        var cause = handler.CauseOf(SsState.Disconnected);
        Assert.Equal((SsPhase.Peer, SsCauseCode.PeerClosed, 1005), (cause.Phase, cause.Code, cause.Status));
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

    /// <summary>Whose server, why the client ends, and the code for that. Broken frames are in <see cref="ForeignViolationTests"/>.</summary>
    public static TheoryData<string, SsCauseCode, int> Ends => new(
        from peer in new[] { "node", "python", "platform" }
        from end in new[] { (SsCauseCode.LocalDisconnect, 1000), (SsCauseCode.LocalDestroy, 1001), (SsCauseCode.PayloadTooLarge, 1009), (SsCauseCode.HandlerException, 1011) }
        select new TheoryDataRow<string, SsCauseCode, int>(peer, end.Item1, end.Item2));

    [Theory]
    [MemberData(nameof(Ends))]
    public async Task An_end_by_the_client_reaches_the_server_with_its_code(string peer, SsCauseCode why, int code)
    {
        await using var platform = await PlatformAsync(peer);
        var id = Guid.NewGuid().ToString("N");
        await using var streams = Open(peer, $"/echo?id={id}", platform, why == SsCauseCode.PayloadTooLarge ? "\"max_message_bytes\": 4" : "");
        streams.Allow("the handler threw");
        var handler = Hello();
        handler.OnReceiveDo((_, _, _) => why switch
        {
            SsCauseCode.LocalDisconnect => SsResult.Disconnect,
            SsCauseCode.LocalDestroy => SsResult.Destroy,
            _ => throw new InvalidOperationException("the handler threw"),
        });
        streams.Context.Create("x", handler).Connect();
        await handler.WaitForStateAsync(SsState.Disconnected);
        Assert.Equal(code, await CodeSeenAsync(peer, id, platform));
        Assert.Equal(why, handler.CauseOf(SsState.Disconnected).Code);
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

    private static async Task<PlatformServer?> PlatformAsync(string peer) => peer == "platform" ? await PlatformServer.StartAsync() : null;

    private async Task<int?> CodeSeenAsync(string peer, string id, PlatformServer? platform) => platform is not null
        ? (await platform.EndOf(id)).Code
        : (await Process(peer).WaitForAsync("close", one => one.GetProperty("id").GetString() == id)).GetProperty("code").GetInt32();

    private WebSocketStreams Open(string peer, string url, string more = "") => Open(peer, url, null, more);

    private WebSocketStreams Open(string peer, string url, PlatformServer? platform, string more = "") =>
        WebSocketStreams.Open(platform?.Port ?? (peer == "node" ? (node.Process is null ? 0 : node.Port) : python.Port("plain")), url, more);

    private Peers.PeerProcess Process(string peer) => peer == "node" ? node.Process : python.Process;
}
