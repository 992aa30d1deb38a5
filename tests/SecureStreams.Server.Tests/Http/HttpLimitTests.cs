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

            // The end comes before what another sends, but nobody tells when it was seen: as often as it takes to see it, nobody else gets in.
            for (var i = 0; i < 20; i++)
            {
                using var next = await ServerBench.ConnectAsync(listener);
                Assert.Equal(0, await AskAsync(next));
            }

            greedy.LingerState = new LingerOption(true, 0);
        }

        await Poll.UntilAsync(() => ((Server.Http.HttpListener)listener).Connections == 0, static () => "The place is not given back.");
        using var last = await ServerBench.ConnectAsync(listener);
        Assert.Equal(1, await AskAsync(last));
        last.LingerState = new LingerOption(true, 0);
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
