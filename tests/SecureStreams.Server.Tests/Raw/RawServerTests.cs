using System.Net.Sockets;
using System.Text;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.TestSupport.Time;

namespace SecureStreams.Server.Tests.Raw;

/// <summary>The life of accepted raw streams: what they are told, how they end, and that each ends alone.</summary>
public sealed class RawServerTests
{
    private const string Server = "\"srv\": { \"server\": true, \"protocol\": \"raw\", \"endpoint\": \"127.0.0.1\" }";

    [Fact]
    public async Task A_connection_is_told_as_a_stream_from_its_beginning_to_its_end()
    {
        await using var bench = new ServerBench(Server);
        await using var listener = bench.Listen();
        using var socket = await ServerBench.ConnectAsync(listener);
        var handler = await bench.AcceptedAsync();
        await handler.WaitForStateAsync(SsState.Connected);
        await socket.SendAsync("hello"u8.ToArray());
        await handler.WaitForAsync(static one => one.ReceivedLength == 5);
        Assert.Equal("hello", handler.ReceivedText);
        Assert.Equal([bench.Streams.Single()], listener.Streams);

        socket.Shutdown(SocketShutdown.Both);
        socket.Close();
        await handler.WaitForAsync(static one => one.Events.Any(static e => e.Flags.HasFlag(SsRxFlags.PeerEndOfStream)));
        bench.Streams.Single().Disconnect();
        await handler.WaitForStateAsync(SsState.Destroying);
        Assert.Equal("Creating Connecting Connected Disconnected Destroying", handler.Story);
        Assert.Equal(SsNextAction.Destroy, handler.CauseOf(SsState.Disconnected).NextAction);
        await Poll.UntilAsync(() => listener.Streams.Count == 0, static () => "The stream is still listed.");
    }

    [Fact]
    public async Task The_peer_ends_its_side_and_the_answer_still_goes_out_and_the_other_way_round()
    {
        await using var bench = new ServerBench(Server);
        await using var listener = bench.Listen(setup: static handler => handler.OnTransmitDo(static (SecureStream _, scoped ref SsTransmit tx) =>
        {
            "answer"u8.CopyTo(tx.Buffer);
            tx.Commit(6, SsTxFlags.EndOfStream);
            return SsTransmitResult.Send;
        }));
        using (var socket = await ServerBench.ConnectAsync(listener))
        {
            var handler = await bench.AcceptedAsync();
            socket.Shutdown(SocketShutdown.Send);
            await handler.WaitForAsync(static one => one.Events.Any(static e => e.Flags.HasFlag(SsRxFlags.PeerEndOfStream)));
            bench.Streams.Single().RequestTransmit();
            Assert.Equal("answer", await ToEndAsync(socket));
            await handler.WaitForStateAsync(SsState.Destroying);
        }

        using (var socket = await ServerBench.ConnectAsync(listener))
        {
            var handler = await bench.AcceptedAsync(2);
            await handler.WaitForStateAsync(SsState.Connected);
            bench.Streams.Last().RequestTransmit();
            Assert.Equal("answer", await ToEndAsync(socket));
            await socket.SendAsync("more"u8.ToArray());
            socket.Shutdown(SocketShutdown.Send);
            await handler.WaitForStateAsync(SsState.Destroying);
            Assert.Equal("more", handler.ReceivedText);
        }
    }

    [Fact]
    public async Task A_handler_that_throws_ends_its_own_stream_and_no_other()
    {
        await using var bench = new ServerBench(Server);
        bench.Log.Allow("the handler threw");
        var count = 0;
        await using var listener = bench.Context.CreateListener("srv", stream =>
        {
            var handler = new RecordingHandler();
            bench.Accepted.Enqueue(handler);
            switch (Interlocked.Increment(ref count))
            {
                case 2:
                    bench.Accepted.TryDequeue(out _);
                    bench.Accepted.TryDequeue(out var first);
                    bench.Accepted.Enqueue(handler);
                    bench.Accepted.Enqueue(first!);
                    handler.OnStateDo(SsState.Connected, static _ => throw new InvalidOperationException("mine"));
                    break;
                case 3:
                    handler.OnStateDo(SsState.Creating, static _ => throw new InvalidOperationException("mine"));
                    break;
                case 4:
                    handler.OnReceiveDo(static (_, _, _) => throw new InvalidOperationException("mine"));
                    break;
                case 5:
                    throw new InvalidOperationException("mine");
                case 6:
                    return null;
            }

            return handler;
        });
        using var good = await ServerBench.ConnectAsync(listener);
        var kept = await bench.AcceptedAsync();
        await kept.WaitForStateAsync(SsState.Connected);
        for (var i = 2; i <= 6; i++)
        {
            using var socket = await ServerBench.ConnectAsync(listener);
            if (i == 4)
                await socket.SendAsync("x"u8.ToArray());
            await EndAsync(socket);
        }

        await good.SendAsync("still here"u8.ToArray());
        await kept.WaitForAsync(static one => one.ReceivedLength == 10);
        await Poll.UntilAsync(() => listener.Streams.Count == 1, () => $"{listener.Streams.Count} streams are listed.");
        Assert.Equal("Creating Connecting Connected", kept.Story);
        Assert.Contains(bench.Accepted, static one => one.Story == "Creating Connecting Connected Disconnected Destroying" && one.CauseOf(SsState.Disconnected).Code == SsCauseCode.HandlerException);
    }

    [Fact]
    public async Task A_silent_client_is_taken_for_dead_at_the_bound_of_the_policy()
    {
        var clock = new ManualTimeProvider();
        await using var bench = new ServerBench(
            """ "srv": { "server": true, "protocol": "raw", "endpoint": "127.0.0.1", "retry": "r" } """,
            clock, """ "retry": [{ "r": { "backoff": [1000], "conceal": 1, "svalidping": 5, "svalidhup": 10 } }], """);
        await using var listener = bench.Listen();
        using var socket = await ServerBench.ConnectAsync(listener);
        var handler = await bench.AcceptedAsync();
        await handler.WaitForStateAsync(SsState.Connected);
        await clock.WaitForArmedExactlyAsync(TimeSpan.FromSeconds(10));
        clock.Advance(TimeSpan.FromSeconds(10));
        await handler.WaitForStateAsync(SsState.Destroying);
        Assert.Equal(SsCauseCode.PeerUnresponsive, handler.CauseOf(SsState.Disconnected).Code);
        await EndAsync(socket);
    }

    [Fact]
    public async Task A_peer_that_does_not_read_is_not_asked_for_and_one_that_is_not_read_is_slowed()
    {
        await using var bench = new ServerBench("\"srv\": { \"server\": true, \"protocol\": \"raw\", \"endpoint\": \"127.0.0.1\", \"tx_watermark_high\": 20000 }");
        var sent = 0L;
        await using var listener = bench.Listen(setup: handler => handler
            .OnStateDo(SsState.Connected, static stream =>
            {
                stream.PauseReceive();
                stream.RequestTransmit();
            })
            .OnTransmitDo((SecureStream stream, scoped ref SsTransmit tx) =>
            {
                Interlocked.Add(ref sent, tx.Buffer.Length);
                tx.Commit(tx.Buffer.Length, SsTxFlags.None);
                stream.RequestTransmit();
                return SsTransmitResult.Send;
            }));
        using var socket = await ServerBench.ConnectAsync(listener);
        var filler = FillAsync(socket);
        await bench.AcceptedAsync();
        await Poll.UntilAsync(() => bench.Streams.Single().TxQueued > 0 && !filler.IsCompleted && filler.Status == TaskStatus.WaitingForActivation, static () => "Nothing waits.");
        var stream = bench.Streams.Single();
        Assert.InRange(stream.TxQueued, 1, 20_000 + (64 * 1024));
        Assert.Equal(0, (await bench.AcceptedAsync()).ReceivedLength);
        await stream.DisposeAsync();
        await filler;
    }

    private static async Task FillAsync(Socket socket)
    {
        try
        {
            var piece = new byte[64 * 1024];
            while (true)
                await socket.SendAsync(piece);
        }
        catch (SocketException)
        {
            // The stream has ended.
        }
    }

    private static async Task<string> ToEndAsync(Socket socket)
    {
        var text = new StringBuilder();
        var buffer = new byte[1024];
        while (await socket.ReceiveAsync(buffer).OrFail(static () => "The connection does not end.") is var count and > 0)
            text.Append(Encoding.ASCII.GetString(buffer, 0, count));
        return text.ToString();
    }

    private static async Task EndAsync(Socket socket)
    {
        try
        {
            while (await socket.ReceiveAsync(new byte[64]).OrFail(static () => "The connection does not end.") > 0)
            {
            }
        }
        catch (SocketException)
        {
            // Cut off is ended too.
        }
    }
}
