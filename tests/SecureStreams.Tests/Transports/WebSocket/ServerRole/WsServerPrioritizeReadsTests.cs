using SecureStreams.TestSupport.Checks;
using SecureStreams.Tests.Transports.WebSocket.Conformance;
using SecureStreams.Transports.Connections;

namespace SecureStreams.Tests.Transports.WebSocket.ServerRole;

/// <summary>A server that reads before it sends, and a client that takes nothing for a while.</summary>
public sealed class WsServerPrioritizeReadsTests
{
    private const uint Key = 0xA1B2C3D4;
    private const string Prioritizes = "\"ws_prioritize_reads\": true";

    /// <summary>What a connection waits with for reading; bytes of exactly this length fill it.</summary>
    private const int Filled = LinkDefaults.FirstReadBytes;

    private static readonly byte[] Close = RawFrame.MakeClose(1000, "", Key);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_client_that_floods_pings_and_reads_nothing_has_no_more_answers_waiting_than_without()
    {
        var sockets = new HeldSockets();
        await using var rig = new ServerRig(Prioritizes, sockets);
        var (stream, sink) = await rig.ConnectAsync();
        await using var owned = stream;
        sockets.Hold();
        var ping = RawFrame.Make(RawFrame.Fin | RawFrame.Ping, new byte[125], Key);
        var full = FilledBy([.. Enumerable.Repeat(ping, 7).SelectMany(static one => one)], []);
        for (byte round = 0; round < 100; round++)
        {
            await stream.WriteAsync(full, Cancellation);
            await ReceivedAsync(sink, (2 * round) + 1);
            await stream.WriteAsync((byte[])[.. RawFrame.Make(RawFrame.Fin | RawFrame.Ping, [round], Key), .. RawFrame.Make(RawFrame.Fin | RawFrame.Binary, [round], Key)], Cancellation);
            await ReceivedAsync(sink, (2 * round) + 2);
        }

        Assert.InRange(sink.Transport.Writer.Queued, 1, 3 * 4096);
        sockets.Release();
        while ((await RawFrame.ReadAsync(stream, Cancellation).OrFail(static () => "The latest ping is not answered."))! is not { Opcode: RawFrame.Pong, Payload: [99] })
        {
            // The latest ping is answered, behind those that there was room for, and the messages of the echo.
        }
    }

    [Fact]
    public async Task What_the_stream_has_asked_to_send_goes_out_before_the_answer_to_a_close_frame_that_waits()
    {
        var sockets = new HeldSockets();
        await using var rig = new ServerRig(Prioritizes, sockets);
        var (stream, sink) = await rig.ConnectAsync();
        await using var owned = stream;
        sockets.Hold();
        await stream.WriteAsync(RawFrame.Make(RawFrame.Fin | RawFrame.Binary, "hello"u8, Key), Cancellation);
        await sockets.Waits.OrFail(static () => "Nothing was sent back.");
        await stream.WriteAsync(FilledBy([], Close), Cancellation);
        await ReceivedAsync(sink, 2);

        // Nothing more has arrived, which is told in a turn of its own.
        await TurnAsync(sink);
        await TurnAsync(sink);
        sockets.Release();
        Assert.Equal((int[])[RawFrame.Binary, RawFrame.Binary, RawFrame.Close], await ToEndAsync(stream));
        stream.Dispose();
        await sink.EndAsync();
    }

    [Fact]
    public async Task What_was_held_back_goes_out_before_the_answer_to_a_close_frame_behind_which_nothing_is_read()
    {
        await using var rig = new ServerRig(Prioritizes);
        var (stream, sink) = await rig.ConnectAsync();
        await using var owned = stream;
        await stream.WriteAsync(RawFrame.Make(RawFrame.Fin | RawFrame.Binary, "hello"u8, Key), Cancellation);
        await ReceivedAsync(sink, 1);
        await stream.WriteAsync(FilledBy([], Close), Cancellation);
        Assert.Equal((int[])[RawFrame.Binary, RawFrame.Binary, RawFrame.Close], await ToEndAsync(stream));
        stream.Dispose();
        await sink.EndAsync();
    }

    /// <summary>A message between the two that makes them long enough to fill a read.</summary>
    private static byte[] FilledBy(byte[] before, byte[] after)
    {
        var left = Filled - before.Length - after.Length - 6;
        var message = RawFrame.Make(RawFrame.Fin | RawFrame.Binary, new byte[left > 125 ? left - 2 : left], Key);
        byte[] all = [.. before, .. message, .. after];
        Assert.Equal(Filled, all.Length);
        return all;
    }

    private static async Task<List<int>> ToEndAsync(Stream stream)
    {
        var kinds = new List<int>();
        while (await RawFrame.ReadAsync(stream, Cancellation).OrFail(static () => "The server does not end.") is { } frame)
            kinds.Add(frame.Opcode);
        return kinds;
    }

    private static Task ReceivedAsync(EchoSink sink, int count)
    {
        return WaitAsync().OrFail(static () => "Not all has arrived.");

        async Task WaitAsync()
        {
            while (await TurnAsync(sink) < count)
                await Task.Yield();
        }
    }

    private static async Task<int> TurnAsync(EchoSink sink)
    {
        var turn = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        sink.Post(() => turn.SetResult(sink.Received.Count));
        return await turn.Task.OrFail(static () => "The mailbox does not run.");
    }
}
