using System.Net.Sockets;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;

namespace SecureStreams.Server.Tests.Raw;

/// <summary>Clients that break off, say nothing, or talk nonsense: others lose nothing, and nothing of them is left.</summary>
public sealed class MisbehavingClientsTests(ITestOutputHelper output)
{
    private const int Rounds = 25;

    [Fact]
    public async Task Others_lose_nothing_while_clients_misbehave_in_the_handshake_and_after()
    {
        await using var bench = new ServerBench($$"""
            "srv": { "server": true, "protocol": "raw", "endpoint": "127.0.0.1", {{ServerBench.Tls}}, "unauthenticated_timeout_ms": 1500 }
            """);
        var listener = (SecureStreams.Server.Raw.RawListener)bench.Echo();
        await using var ending = listener;
        await using var good = await ServerBench.ConnectTlsAsync(listener, bench.Authority);
        using var stop = new CancellationTokenSource();
        var talking = TalkAsync(good, stop.Token);

        var silent = new List<Socket>();
        for (var round = 0; round < Rounds; round++)
        {
            // Half-open: one says nothing, one a part of its hello, and both stay.
            silent.Add(await ServerBench.ConnectAsync(listener));
            silent.Add(await ServerBench.ConnectAsync(listener));
            await silent[^1].SendAsync(new byte[] { 0x16, 3, 1 }, TestContext.Current.CancellationToken);

            using (var garbage = await ServerBench.ConnectAsync(listener))
            {
                await garbage.SendAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray());
                await EndOfAsync(garbage);
            }

            await using (var midway = await ServerBench.ConnectTlsAsync(listener, bench.Authority))
                await midway.WriteAsync(new byte[100_000], TestContext.Current.CancellationToken);
            using var reset = await ServerBench.ConnectAsync(listener);
            reset.LingerState = new LingerOption(true, 0);
        }

        // The bound closes those that stayed.
        foreach (var socket in silent)
        {
            await EndOfAsync(socket);
            socket.Dispose();
        }

        await Poll.UntilAsync(() => listener.Connections == 1 && listener.Streams.Count == 1, () => $"{listener.Connections} connections, {listener.Streams.Count} streams");
        await stop.CancelAsync();
        var (messages, slowest) = await talking;
        Assert.True(messages > 0);
        output.WriteLine($"{messages} messages of the other stream, the slowest took {slowest.TotalMilliseconds:0} ms");
    }

    [Fact]
    public async Task A_thousand_connections_that_come_and_go_leave_nothing()
    {
        await using var bench = new ServerBench("\"srv\": { \"server\": true, \"protocol\": \"raw\", \"endpoint\": \"127.0.0.1\" }");
        var listener = (SecureStreams.Server.Raw.RawListener)bench.Echo();
        await using var ending = listener;
        using var good = await ServerBench.ConnectAsync(listener);
        for (var i = 0; i < 1000; i++)
        {
            using var socket = await ServerBench.ConnectAsync(listener);
            if (i % 2 == 0)
                socket.LingerState = new LingerOption(true, 0);
        }

        await good.SendAsync("there?"u8.ToArray());
        var buffer = new byte[6];
        for (var got = 0; got < 6;)
            got += await good.ReceiveAsync(buffer.AsMemory(got), TestContext.Current.CancellationToken).AsTask().OrFail(static () => "No echo.");
        Assert.Equal("there?"u8.ToArray(), buffer);
        await Poll.UntilAsync(() => listener.Connections == 1 && listener.Streams.Count == 1, () => $"{listener.Connections} connections, {listener.Streams.Count} streams");
    }

    private static async Task<(int Messages, TimeSpan Slowest)> TalkAsync(Stream stream, CancellationToken stop)
    {
        var slowest = TimeSpan.Zero;
        var messages = 0;
        var buffer = new byte[2000];
        while (!stop.IsCancellationRequested)
        {
            var message = DeterministicBytes.Make(buffer.Length, messages);
            var began = TimeProvider.System.GetTimestamp();
            await stream.WriteAsync(message, CancellationToken.None);
            await stream.ReadExactlyAsync(buffer, CancellationToken.None).AsTask().OrFail(() => $"Message {messages} did not come back.");
            Assert.Equal(message, buffer);
            var took = TimeProvider.System.GetElapsedTime(began);
            slowest = took > slowest ? took : slowest;
            messages++;
            await Task.Yield();
        }

        return (messages, slowest);
    }

    private static async Task EndOfAsync(Socket socket)
    {
        try
        {
            while (await socket.ReceiveAsync(new byte[256]).OrFail(static () => "It is not closed.") > 0)
            {
            }
        }
        catch (SocketException)
        {
            // Cut off is closed too.
        }
    }
}
