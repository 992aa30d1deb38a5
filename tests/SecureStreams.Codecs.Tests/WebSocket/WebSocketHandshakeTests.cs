using System.Text;
using SecureStreams.Codecs.Http;
using SecureStreams.Codecs.WebSocket;

namespace SecureStreams.Codecs.Tests.WebSocket;

public class WebSocketHandshakeTests
{
    private const string Key = "dGhlIHNhbXBsZSBub25jZQ==";
    private const string Good = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n";

    /// <summary>The example of RFC 6455 section 1.2.</summary>
    [Fact]
    public void The_request_has_what_the_specification_asks_for()
    {
        var text = Encoding.UTF8.GetString(WebSocketClientHandshake.WriteRequest(Upgrade("chat", "superchat") with { Extensions = "permessage-deflate", Fields = [new HttpField("Origin", "http://example.com")] }));
        Assert.Equal(
            "GET /chat?x=1 HTTP/1.1\r\nHost: server.example.com\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: chat, superchat\r\nSec-WebSocket-Extensions: permessage-deflate\r\nOrigin: http://example.com\r\n\r\n", text);
        Assert.DoesNotContain("Sec-WebSocket-Protocol", Encoding.UTF8.GetString(WebSocketClientHandshake.WriteRequest(Upgrade())), StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_forges_a_field()
    {
        Assert.Throws<ArgumentException>(() => WebSocketClientHandshake.WriteRequest(Upgrade() with { Target = "/\r\nX: y" }));
        Assert.Throws<ArgumentException>(() => WebSocketClientHandshake.WriteRequest(Upgrade() with { Fields = [new HttpField("A", "b\nc")] }));
        Assert.Throws<ArgumentException>(() => WebSocketClientHandshake.WriteRequest(Upgrade() with { Fields = [new HttpField("A b", "c")] }));
    }

    [Theory]
    [InlineData("Sec-WebSocket-Protocol: chat\r\n", "chat")]
    [InlineData("sec-websocket-protocol:superchat  \r\n", "superchat")]
    public void A_proper_answer_is_taken(string more, string subprotocol)
    {
        Assert.Null(HttpHead.Parse(Encoding.ASCII.GetBytes(Good + more + "\r\n"), out var head));
        Assert.True(head!.TryReadStatus(out var status));
        Assert.Equal(101, status);
        Assert.Null(WebSocketClientHandshake.Judge(head, Upgrade("chat", "superchat"), out var chosen));
        Assert.Equal(subprotocol, chosen);
    }

    [Theory]
    [InlineData("Upgrade: websocket", "Upgrade: h2c", "upgrades to 'h2c'")]
    [InlineData("Upgrade: websocket\r\n", "", "upgrades to ''")]
    [InlineData("Connection: Upgrade", "Connection: close", "without 'Connection: Upgrade'")]
    [InlineData("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n", "", "without Sec-WebSocket-Accept")]
    [InlineData("Accept: s3p", "Accept: t3p", "does not answer our key")]
    [InlineData("HTTP/1.1", "HTTP/1.0", "only HTTP/1.1")]
    [InlineData("Upgrade\r\n", "Upgrade\r\nSec-WebSocket-Protocol: other\r\n", "chose subprotocol 'other', which was not asked for (chat)")]
    [InlineData("Upgrade\r\n", "Upgrade\r\nX: y\r\n", "chose none of the subprotocols asked for (chat)")]
    public void An_improper_answer_is_told(string find, string put, string words)
    {
        var text = Good.Replace(find, put, StringComparison.Ordinal) + "\r\n";
        Assert.Null(HttpHead.Parse(Encoding.ASCII.GetBytes(text), out var head));
        Assert.Contains(words, WebSocketClientHandshake.Judge(head!, Upgrade("chat"), out _), StringComparison.Ordinal);
    }

    [Fact]
    public void A_subprotocol_that_nobody_asked_for_is_refused() =>
        Assert.Contains("none was asked for", WebSocketClientHandshake.JudgeSubprotocol("chat", [], out _), StringComparison.Ordinal);

    [Fact]
    public void The_servers_side_answers_the_clients()
    {
        var request = WebSocketClientHandshake.WriteRequest(Upgrade("chat", "superchat"));
        Assert.Null(HttpHead.Parse(request, out var head));
        var facts = WebSocketRequestFacts.Of(head!)!;
        Assert.True(WebSocketServerHandshake.IsUpgrade(facts));
        Assert.Null(WebSocketServerHandshake.Judge(facts));
        var chosen = WebSocketServerHandshake.ChooseSubprotocol(facts, ["superchat", "other"]);
        Assert.Equal("superchat", chosen);
        var response = WebSocketServerHandshake.WriteResponse(WebSocketServerHandshake.Accept(facts, chosen, null));
        Assert.Null(HttpHead.Parse(response, out var answer));
        Assert.Null(WebSocketClientHandshake.Judge(answer!, Upgrade("chat", "superchat"), out var subprotocol));
        Assert.Equal("superchat", subprotocol);
    }

    [Theory]
    [InlineData("GET /", "POST /", 405)]
    [InlineData("Version: 13", "Version: 8", 426)]
    [InlineData("dGhlIHNhbXBsZSBub25jZQ==", "dGhl", 400)]
    [InlineData("Protocol: chat", "Protocol: ch@t", 400)]
    public void A_server_refuses_with_the_status_that_tells_why(string find, string put, int status)
    {
        var text = Encoding.UTF8.GetString(WebSocketClientHandshake.WriteRequest(Upgrade("chat"))).Replace(find, put, StringComparison.Ordinal);
        Assert.Null(HttpHead.Parse(Encoding.UTF8.GetBytes(text), out var head));
        Assert.Equal(status, WebSocketServerHandshake.Judge(WebSocketRequestFacts.Of(head!)!)?.Status);
    }

    [Fact]
    public void An_extended_connect_has_no_key_and_gets_no_proof()
    {
        var facts = new WebSocketRequestFacts { Method = "CONNECT", IsExtendedConnect = true, Upgrade = "websocket", Version = "13" };
        Assert.True(WebSocketServerHandshake.IsUpgrade(facts));
        Assert.Null(WebSocketServerHandshake.Judge(facts));
        Assert.Empty(WebSocketServerHandshake.Accept(facts, null, null));
    }

    private static WebSocketUpgrade Upgrade(params string[] subprotocols) =>
        new() { Host = "server.example.com", Target = "/chat?x=1", Key = Key, Subprotocols = subprotocols };
}
