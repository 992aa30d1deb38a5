using System.Net.WebSockets;
using System.Text;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;

namespace SecureStreams.Server.Tests.Routing;

/// <summary>A page and the WebSockets that it opens, on one port.</summary>
public sealed class PageAndSocketTests
{
    private const string Live = "\"live\": { \"server\": true, \"protocol\": \"ws\", \"endpoint\": \"!web\", \"http_url\": \"live\", \"ws_subprotocol\": \"feed.v1\" }";
    private const string Chat = "\"chat\": { \"server\": true, \"protocol\": \"h1\", \"endpoint\": \"!web\", \"http_url\": \"chat\", \"ws_subprotocol\": \"chat\" }";
    private const string Next = "\"next\": { \"server\": true, \"protocol\": \"ws\", \"endpoint\": \"!web\", \"http_url\": \"live\", \"ws_subprotocol\": \"feed.v2\" }";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("h1", "1.1")]
    [InlineData("h2", "1.1")]
    [InlineData("h2", "2.0")]
    public async Task A_page_and_websockets_of_several_streamtypes_share_a_port(string protocol, string version)
    {
        await using var bench = new ServerBench($"\"web\": {{ \"server\": true, \"protocol\": \"{protocol}\", \"endpoint\": \"127.0.0.1\" }}, {Live}, {Chat}, {Next}");
        await using var web = Page(bench, "web", 201);
        await using var live = bench.Context.CreateListener("live", static _ => new WebSocket.MessageEchoHandler());
        await using var chat = Page(bench, "chat", 202);
        var heard = new RecordingHandler();
        await using var next = bench.Context.CreateListener("next", _ => heard);
        using var handler = new SocketsHttpHandler();
        using var client = new HttpClient(handler) { DefaultRequestVersion = Version.Parse(version), DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        var root = new Uri($"http://127.0.0.1:{ServerBench.PortOf(web)}/");
        using (var page = await client.GetAsync(root, Token))
            Assert.Equal(201, (int)page.StatusCode);
        using (var page = await client.GetAsync(new Uri(root, "chat/room"), Token))
            Assert.Equal(202, (int)page.StatusCode);

        // What is no upgrade goes to the page, also where a WebSocket alone is at home.
        using (var page = await client.GetAsync(new Uri(root, "live"), Token))
            Assert.Equal(201, (int)page.StatusCode);
        using var socket = await UpgradeAsync(client, root, "live", version, "feed.v1");
        Assert.Equal("feed.v1", socket.SubProtocol);
        await socket.SendAsync("hello"u8.ToArray(), WebSocketMessageType.Text, true, Token);
        var buffer = new byte[16];
        var got = await socket.ReceiveAsync(buffer.AsMemory(), Token).AsTask().OrFail(static () => "No echo.");
        Assert.Equal("hello", Encoding.ASCII.GetString(buffer, 0, got.Count));
        using var second = await UpgradeAsync(client, root, "live", version, "feed.v2");
        Assert.Equal("next", Assert.Single(next.Streams).StreamType);
        using var third = await UpgradeAsync(client, root, "chat", version, "chat");
        Assert.Single(chat.Streams);

        // Of subprotocols that nobody speaks there, the answer says which are spoken.
        var refused = await Assert.ThrowsAnyAsync<WebSocketException>(() => UpgradeAsync(client, root, "live", version, "other"));
        Assert.Contains("400", refused.ToString(), StringComparison.Ordinal);
        Assert.Contains(bench.Context.Diagnostics.Recent(), static one => one.Policy?.Attribute is "live.ws_subprotocol" or "next.ws_subprotocol");

        // One of them ends, and nothing of the others does.
        await live.DisposeAsync();
        await EndOfAsync(socket);
        await second.SendAsync("still here"u8.ToArray(), WebSocketMessageType.Text, true, Token);
        await heard.WaitForAsync(static one => one.ReceivedLength == 10);
        using (var page = await client.GetAsync(root, Token))
            Assert.Equal(201, (int)page.StatusCode);
    }

    [Fact]
    public async Task A_place_of_websockets_alone_answers_others_with_426_where_no_page_is()
    {
        await using var bench = new ServerBench($"\"web\": {{ \"server\": true, \"protocol\": \"h1\", \"endpoint\": \"127.0.0.1\", \"http_url\": \"site\" }}, {Live}");
        await using var web = Page(bench, "web", 201);
        await using var live = bench.Listen("live");
        using var client = new HttpClient();
        foreach (var (path, status) in new[] { ("site", 201), ("live", 426), ("other", 404) })
        {
            using var answer = await client.GetAsync(new Uri($"http://127.0.0.1:{ServerBench.PortOf(web)}/{path}"), Token);
            Assert.Equal(status, (int)answer.StatusCode);
        }
    }

    private static SsListener Page(ServerBench bench, string streamType, int status) => bench.Listen(streamType, handler => handler.OnStateDo(SsState.ServerTxn, stream =>
    {
        if (stream.StreamType == "chat" && bench.Streams.Count(static one => one.StreamType == "chat") > 1)
            return; // The second is an upgrade, which is taken where nothing is said.
        stream.ServerAck(status);
        stream.RequestTransmit(0);
    }));

    private static async Task<ClientWebSocket> UpgradeAsync(HttpClient client, Uri root, string path, string version, string subprotocol)
    {
        var socket = new ClientWebSocket();
        try
        {
            socket.Options.HttpVersion = Version.Parse(version);
            socket.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
            socket.Options.AddSubProtocol(subprotocol);
            await socket.ConnectAsync(new UriBuilder(root) { Scheme = "ws", Path = path }.Uri, client, Token).OrFail(static () => "The upgrade is not answered.");
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async Task EndOfAsync(ClientWebSocket socket)
    {
        try
        {
            var end = await socket.ReceiveAsync(new byte[16].AsMemory(), Token).AsTask().OrFail(static () => "The connection does not end.");
            Assert.Equal(WebSocketMessageType.Close, end.MessageType);
        }
        catch (WebSocketException)
        {
            // Cut off is ended too.
        }
    }
}
