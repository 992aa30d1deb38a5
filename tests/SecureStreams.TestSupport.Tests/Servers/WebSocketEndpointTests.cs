using System.Net;
using System.Net.WebSockets;
using System.Text;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.TestSupport.Servers;

namespace SecureStreams.TestSupport.Tests.Servers;

public class WebSocketEndpointTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("h1")]
    [InlineData("h2c")]
    public async Task Messages_come_back_as_they_were_sent_and_a_close_is_answered(string protocol)
    {
        await using var host = await KestrelTestHost.StartAsync();
        using var socket = await OpenAsync(host, protocol, "/ws/echo", "first", "second");
        Assert.Equal("first", socket.SubProtocol);
        var bytes = DeterministicBytes.Make(70_000, 2);
        await socket.SendAsync(bytes, WebSocketMessageType.Binary, endOfMessage: true, Cancellation);
        var echoed = await ReceiveAsync(socket);
        Assert.Equal(WebSocketMessageType.Binary, echoed.Type);
        Assert.Equal(bytes, echoed.Bytes);
        await socket.SendAsync("text"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, Cancellation);
        Assert.Equal(WebSocketMessageType.Text, (await ReceiveAsync(socket)).Type);
        await socket.CloseAsync(WebSocketCloseStatus.EndpointUnavailable, "bye", Cancellation);
        Assert.Equal((WebSocketCloseStatus.EndpointUnavailable, "bye"), (socket.CloseStatus, socket.CloseStatusDescription));
    }

    [Fact]
    public async Task Bytes_hash_and_ticks()
    {
        await using var host = await KestrelTestHost.StartAsync();
        using (var socket = await OpenAsync(host, "h1", "/ws/bytes?length=2500&seed=4&message=1000"))
        {
            Assert.Equal(DeterministicBytes.Make(2500, 4)[..1000], (await ReceiveAsync(socket)).Bytes);
            Assert.Equal(1000, (await ReceiveAsync(socket)).Bytes.Length);
            Assert.Equal(500, (await ReceiveAsync(socket)).Bytes.Length);
            Assert.Equal(WebSocketMessageType.Close, (await ReceiveAsync(socket)).Type);
        }

        using (var socket = await OpenAsync(host, "h1", "/ws/hash?length=2000&ack=1&rate=10000000"))
        {
            var bytes = DeterministicBytes.Make(2000, 6);
            await socket.SendAsync(bytes.AsMemory(0, 1000), WebSocketMessageType.Binary, endOfMessage: true, Cancellation);
            Assert.Equal("."u8.ToArray(), (await ReceiveAsync(socket)).Bytes);
            await socket.SendAsync(bytes.AsMemory(1000), WebSocketMessageType.Binary, endOfMessage: true, Cancellation);
            Assert.Equal("."u8.ToArray(), (await ReceiveAsync(socket)).Bytes);
            Assert.Equal($"{DeterministicBytes.Sha256(2000, 6)} 2000", Encoding.ASCII.GetString((await ReceiveAsync(socket)).Bytes));
        }

        using (var socket = await OpenAsync(host, "h1", "/ws/tick?ms=1"))
        {
            for (var i = 0; i < 10; i++)
                Assert.Equal(DeterministicBytes.Make(80)[(8 * i)..(8 * i + 8)], (await ReceiveAsync(socket)).Bytes);
        }
    }

    [Fact]
    public async Task Plain_requests_are_told_to_upgrade()
    {
        await using var host = await KestrelTestHost.StartAsync();
        using var client = TestClient.H1();
        using var answer = await client.GetAsync($"http://127.0.0.1:{host.HttpPort}/ws/echo", Cancellation);
        Assert.Equal(HttpStatusCode.UpgradeRequired, answer.StatusCode);
    }

    private static async Task<ClientWebSocket> OpenAsync(KestrelTestHost host, string protocol, string url, params string[] subprotocols)
    {
        var socket = new ClientWebSocket();
        socket.Options.HttpVersion = protocol == "h1" ? HttpVersion.Version11 : HttpVersion.Version20;
        socket.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        foreach (var one in subprotocols)
            socket.Options.AddSubProtocol(one);
        using var invoker = new HttpMessageInvoker(new SocketsHttpHandler(), disposeHandler: false);
        await socket.ConnectAsync(new Uri($"ws://127.0.0.1:{(protocol == "h1" ? host.HttpPort : host.H2cPort)}{url}"), invoker, Cancellation);
        return socket;
    }

    private static async Task<(WebSocketMessageType Type, byte[] Bytes)> ReceiveAsync(WebSocket socket)
    {
        using var message = new MemoryStream();
        var buffer = new byte[4096];
        while (true)
        {
            var result = await socket.ReceiveAsync(buffer.AsMemory(), Cancellation);
            message.Write(buffer, 0, result.Count);
            if (result.EndOfMessage)
                return (result.MessageType, message.ToArray());
        }
    }
}
