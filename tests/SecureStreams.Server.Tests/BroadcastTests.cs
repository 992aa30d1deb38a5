using System.Net.Sockets;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;

namespace SecureStreams.Server.Tests;

/// <summary>One message for all streams of a listener: each at its own pace, and the slow ones told.</summary>
public sealed class BroadcastTests
{
    private const int MessageBytes = 64 * 1024;
    private const int MaxQueued = 4 * MessageBytes;
    private const int Messages = 200;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_slow_peer_misses_what_finds_no_room_and_the_others_miss_nothing()
    {
        await using var bench = new ServerBench("\"srv\": { \"server\": true, \"protocol\": \"raw\", \"endpoint\": \"127.0.0.1\" }");
        await using var listener = bench.Listen();
        using var slow = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 16 * 1024 };
        await slow.ConnectAsync(listener.EndPoints[0], Token);
        await (await bench.AcceptedAsync()).WaitForStateAsync(SsState.Connected);
        var slowStream = bench.Streams.Single();
        using var first = await ServerBench.ConnectAsync(listener);
        using var second = await ServerBench.ConnectAsync(listener);
        await (await bench.AcceptedAsync(2)).WaitForStateAsync(SsState.Connected);
        await (await bench.AcceptedAsync(3)).WaitForStateAsync(SsState.Connected);

        var missed = new List<int>();
        for (var i = 0; i < Messages; i++)
        {
            var message = new byte[MessageBytes];
            message.AsSpan().Fill((byte)i);
            var behind = listener.Broadcast(message, MaxQueued);
            message.AsSpan().Fill(0xff); // It was copied.
            Assert.True(behind.Count == 0 || behind.Single() == slowStream);
            if (behind.Count > 0)
                missed.Add(i);
            await Task.WhenAll(ExpectAsync(first, (byte)i), ExpectAsync(second, (byte)i));
        }

        // What the system's buffers hold, and then no more than may wait.
        Assert.NotEmpty(missed);
        Assert.InRange(slowStream.TxQueued, 1, MaxQueued);
        Assert.Equal(Messages - 1, missed[^1]);

        // It goes on where it stopped: each message that it did not miss is whole, and in order.
        var expected = Enumerable.Range(0, Messages).Except(missed).ToList();
        foreach (var one in expected)
            await ExpectAsync(slow, (byte)one);
        await Poll.UntilAsync(() => listener.Broadcast(new byte[1], maxQueuedBytes: 0).Count == 0, static () => "It still counts as slow.");
    }

    [Fact]
    public async Task A_message_goes_to_websockets_from_inside_a_callback_of_one_of_them_and_not_to_requests()
    {
        await using var bench = new ServerBench("\"chat\": { \"server\": true, \"protocol\": \"ws\", \"endpoint\": \"127.0.0.1\", \"ws_subprotocol\": \"chat\" }, \"page\": { \"server\": true, \"protocol\": \"h1\", \"endpoint\": \"!chat\" }");
        SsListener? chat = null;
        chat = bench.Listen("chat", setup: handler => handler.OnReceiveDo((_, payload, flags) =>
        {
            Assert.Equal(SsRxFlags.StartOfMessage | SsRxFlags.EndOfMessage, flags & (SsRxFlags.StartOfMessage | SsRxFlags.EndOfMessage));
            Assert.Empty(chat!.Broadcast(payload.ToArray()));
            return SsResult.Continue;
        }));
        await using var ending = chat;
        await using var page = bench.Listen("page");
        var root = new Uri($"ws://127.0.0.1:{ServerBench.PortOf(chat)}/");
        using var one = await ConnectAsync(root);
        using var two = await ConnectAsync(root);
        using var client = new HttpClient();
        var asking = client.GetAsync(new UriBuilder(root) { Scheme = "http" }.Uri, Token);
        await Poll.UntilAsync(() => page.Streams.Count == 1, static () => "The request does not come.");
        await one.SendAsync("to all"u8.ToArray(), System.Net.WebSockets.WebSocketMessageType.Text, true, Token);
        foreach (var socket in new[] { one, two })
        {
            var buffer = new byte[16];
            var got = await socket.ReceiveAsync(buffer.AsMemory(), Token).AsTask().OrFail(static () => "Nothing is broadcast.");
            Assert.Equal("to all", System.Text.Encoding.ASCII.GetString(buffer, 0, got.Count));
        }

        Assert.Empty(page.Broadcast("x"u8.ToArray()));
        var request = page.Streams.Single();
        request.ServerAck(204);
        request.RequestTransmit(0);
        using var answer = await asking.OrFail(static () => "It is not answered.");
        Assert.Equal(204, (int)answer.StatusCode);
    }

    [Fact]
    public async Task One_that_is_a_pipe_misses_it_and_one_that_ends_is_no_trouble()
    {
        await using var bench = new ServerBench("\"srv\": { \"server\": true, \"protocol\": \"raw\", \"endpoint\": \"127.0.0.1\" }");
        await using var listener = bench.Listen();
        using var socket = await ServerBench.ConnectAsync(listener);
        await (await bench.AcceptedAsync()).WaitForStateAsync(SsState.Connected);
        var stream = bench.Streams.Single();
        Assert.Throws<ArgumentOutOfRangeException>(() => listener.Broadcast(default, -1));
        await using (var bytes = stream.AsStream())
            Assert.Equal([stream], listener.Broadcast("x"u8.ToArray()));
        await stream.DisposeAsync();
        Assert.Empty(listener.Broadcast("x"u8.ToArray()));
    }

    private static async Task<System.Net.WebSockets.ClientWebSocket> ConnectAsync(Uri root)
    {
        var socket = new System.Net.WebSockets.ClientWebSocket();
        socket.Options.AddSubProtocol("chat");
        await socket.ConnectAsync(root, Token);
        return socket;
    }

    private static async Task ExpectAsync(Socket socket, byte expected)
    {
        var buffer = new byte[MessageBytes];
        for (var got = 0; got < buffer.Length;)
        {
            var count = await socket.ReceiveAsync(buffer.AsMemory(got), Token).AsTask().OrFail(() => $"Message {expected} does not come.");
            Assert.True(count > 0);
            got += count;
        }

        Assert.Equal(-1, buffer.AsSpan().IndexOfAnyExcept(expected));
    }
}
