using System.Net.Sockets;

namespace SecureStreams.Server.Tests.Http;

/// <summary>Limits of connections hold whatever clients do with theirs.</summary>
public sealed class HttpLimitTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("h1")]
    [InlineData("h2")]
    public async Task A_client_that_ends_its_side_has_its_place_until_its_connection_is_closed(string protocol)
    {
        await using var bench = new ServerBench($"\"srv\": {{ \"server\": true, \"protocol\": \"{protocol}\", \"endpoint\": \"127.0.0.1\", \"max_connections\": 1 }}");
        await using var listener = bench.Listen(setup: static handler => handler
            .OnStateDo(SsState.ServerTxn, static stream =>
            {
                stream.ServerAck();
                stream.RequestTransmit(1_000_000_000);
            })
            .OnTransmitDo(static (SecureStream stream, scoped ref SsTransmit tx) =>
            {
                tx.Commit(tx.Buffer.Length, SsTxFlags.None);
                stream.RequestTransmit();
                return SsTransmitResult.Send;
            }), keep: false);
        using (var greedy = await ServerBench.ConnectAsync(listener))
        {
            // It reads nothing more, so that what it was sent stays, and with it the connection.
            Assert.Equal(1, await AskAsync(greedy));
            greedy.Shutdown(SocketShutdown.Send);

            // As often as it takes to see that end: nobody else gets in, unless the web server has given the connection up.
            for (var i = 0; i < 20; i++)
            {
                using var next = await ServerBench.ConnectAsync(listener);
                if (await AskAsync(next) == 0)
                    continue;
                Assert.True(await IsClosedAsync(greedy), "There are two connections, and one is allowed.");
                return;
            }

            greedy.LingerState = new LingerOption(true, 0);
        }

        await Poll.UntilAsync(() => ((Server.Http.HttpListener)listener).Connections == 0, static () => "The place is not given back.");
        using var last = await ServerBench.ConnectAsync(listener);
        Assert.Equal(1, await AskAsync(last));
        last.LingerState = new LingerOption(true, 0);
    }

    /// <summary>Whether no more comes than what lay in buffers: one that is open goes on with its answer as soon as it is read.</summary>
    private static async Task<bool> IsClosedAsync(Socket socket)
    {
        var buffer = new byte[1 << 20];
        try
        {
            for (long total = 0, count = 1; total < 200_000_000; total += count)
            {
                count = await socket.ReceiveAsync(buffer.AsMemory(), Token);
                if (count == 0)
                    return true;
            }

            return false;
        }
        catch (SocketException)
        {
            return true;
        }
    }

    /// <returns>Bytes of an answer, one at most; 0 when the connection is closed without one.</returns>
    private static async Task<int> AskAsync(Socket socket)
    {
        try
        {
            await socket.SendAsync("GET / HTTP/1.1\r\nHost: h\r\n\r\n"u8.ToArray(), Token);
            return await socket.ReceiveAsync(new byte[1].AsMemory(), Token);
        }
        catch (SocketException)
        {
            return 0;
        }
    }
}
