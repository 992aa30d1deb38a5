namespace SecureStreams.Tests.Transports.WebSocket.Conformance;

/// <summary>Answers to the upgrade that are none, and what they make of the attempt.</summary>
public class UpgradeTests
{
    private static readonly byte[] Bye = RawFrame.MakeClose(1000);

    [Fact]
    public async Task The_request_is_what_the_specification_asks_for()
    {
        await using var run = await WsScript.PlayAsync(Bye);
        Assert.StartsWith("GET /here HTTP/1.1\r\n", run.Request, StringComparison.Ordinal);
        Assert.Equal("websocket", WsScript.Field(run.Request, "Upgrade"), ignoreCase: true);
        Assert.Contains("upgrade", WsScript.Field(run.Request, "Connection"), StringComparison.OrdinalIgnoreCase);
        Assert.Equal("13", WsScript.Field(run.Request, "Sec-WebSocket-Version"));
        Assert.Equal(16, Convert.FromBase64String(WsScript.Field(run.Request, "Sec-WebSocket-Key")).Length);
        Assert.Equal("", WsScript.Field(run.Request, "Sec-WebSocket-Protocol"));
        Assert.Equal("", WsScript.Field(run.Request, "Sec-WebSocket-Extensions"));
        Assert.StartsWith("127.0.0.1:", WsScript.Field(run.Request, "Host"), StringComparison.Ordinal);

        await using var other = await WsScript.PlayAsync(Bye);
        Assert.NotEqual(WsScript.Field(run.Request, "Sec-WebSocket-Key"), WsScript.Field(other.Request, "Sec-WebSocket-Key"));
    }

    [Theory]
    [InlineData("\"ws_subprotocol\": \"one\"", "one", "one", true)]
    [InlineData("\"ws_subprotocol\": \"one, two\"", "one, two", "two", true)]
    [InlineData("\"ws_subprotocol\": \"one\"", "one", "other", false)]
    [InlineData("\"ws_subprotocol\": \"one\"", "one", "ONE", false)]
    [InlineData("\"ws_subprotocol\": \"one\"", "one", "one, two", false)]
    [InlineData("\"ws_subprotocol\": \"\"", "", null, true)]
    [InlineData("\"ws_subprotocol\": \"\"", "", "any", false)]
    [InlineData("", "", null, true)]
    [InlineData("", "", "any", false)]
    public async Task A_subprotocol_is_one_of_those_asked_for(string more, string asked, string? answered, bool taken)
    {
        var field = answered is null ? "" : $"Sec-WebSocket-Protocol: {answered}\r\n";
        if (taken)
        {
            await using var run = await WsScript.PlayAsync(Bye, more, field);
            Assert.Equal(asked, WsScript.Field(run.Request, "Sec-WebSocket-Protocol"));
            Assert.Equal(1000, run.Cause.Status);
            return;
        }

        await using var refused = await WsScript.RefuseAsync(request => WsScript.Accept(request, field), more);
        Assert.Equal(asked, WsScript.Field(refused.Request, "Sec-WebSocket-Protocol"));
        Assert.Equal((SsPhase.Protocol, SsCauseCode.ProtocolError), (refused.Refusal.Phase, refused.Refusal.Code));
        Assert.Contains(answered!, refused.RefusalDetail.Message + refused.RefusalDetail.PeerText, StringComparison.Ordinal);
        Assert.DoesNotContain(SsState.Connected, refused.Handler.States);
    }

    [Fact]
    public async Task A_server_that_names_no_subprotocol_where_some_were_asked_for()
    {
        await using var refused = await WsScript.RefuseAsync(static request => WsScript.Accept(request), "\"ws_subprotocol\": \"one\"");
        Assert.Equal((SsPhase.Protocol, SsCauseCode.ProtocolError), (refused.Refusal.Phase, refused.Refusal.Code));
        Assert.Contains("one", refused.RefusalDetail.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Sec-WebSocket-Extensions: permessage-deflate\r\n")]
    [InlineData("Sec-WebSocket-Extensions: x-other\r\n")]
    public async Task An_extension_that_was_not_offered_is_refused(string field)
    {
        await using var refused = await WsScript.RefuseAsync(request => WsScript.Accept(request, field));
        Assert.Equal((SsPhase.Protocol, SsCauseCode.ProtocolError), (refused.Refusal.Phase, refused.Refusal.Code));
    }

    [Fact]
    public async Task An_accept_for_another_key_is_refused()
    {
        await using var refused = await WsScript.RefuseAsync(static request => WsScript.Accept(request, key: "dGhlIHNhbXBsZSBub25jZQ=="));
        Assert.Equal((SsPhase.Protocol, SsCauseCode.ProtocolError), (refused.Refusal.Phase, refused.Refusal.Code));
        Assert.Contains("Sec-WebSocket-Accept", refused.RefusalDetail.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Upgrade: websocket\r\n", "")]
    [InlineData("Upgrade: websocket\r\n", "Upgrade: h2c\r\n")]
    [InlineData("Connection: Upgrade\r\n", "")]
    [InlineData("Connection: Upgrade\r\n", "Connection: keep-alive\r\n")]
    public async Task A_101_that_switches_to_nothing_or_something_else_is_refused(string field, string instead)
    {
        await using var refused = await WsScript.RefuseAsync(request => WsScript.Accept(request).Replace(field, instead, StringComparison.Ordinal));
        Assert.Equal((SsPhase.Protocol, SsCauseCode.ProtocolError), (refused.Refusal.Phase, refused.Refusal.Code));
    }

    [Fact]
    public async Task A_101_without_an_accept_is_refused()
    {
        await using var refused = await WsScript.RefuseAsync(static _ => "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
        Assert.Equal((SsPhase.Protocol, SsCauseCode.ProtocolError), (refused.Refusal.Phase, refused.Refusal.Code));
    }

    [Theory]
    [InlineData(200, SsCauseCode.PeerRefused)]
    [InlineData(400, SsCauseCode.PeerRefused)]
    [InlineData(401, SsCauseCode.PeerRefused)]
    [InlineData(403, SsCauseCode.PeerRefused)]
    [InlineData(404, SsCauseCode.PeerRefused)]
    [InlineData(426, SsCauseCode.PeerRefused)]
    [InlineData(429, SsCauseCode.PeerBusy)]
    [InlineData(500, SsCauseCode.PeerRefused)]
    [InlineData(503, SsCauseCode.PeerBusy)]
    public async Task Any_other_status_is_told_with_what_the_server_said(int status, SsCauseCode code)
    {
        await using var refused = await WsScript.RefuseAsync(_ => $"HTTP/1.1 {status} Because\r\nContent-Length: 9\r\n\r\nnot today");
        Assert.Equal((SsPhase.Peer, code, status), (refused.Refusal.Phase, refused.Refusal.Code, refused.Refusal.Status));
        Assert.Contains("not today", refused.RefusalDetail.PeerText!, StringComparison.Ordinal);
        Assert.DoesNotContain(SsState.Connected, refused.Handler.States);
    }
}
