using SecureStreams.TestSupport.Checks;
using SecureStreams.Tests.Transports.WebSocket.Conformance;
using Xunit;

namespace SecureStreams.Tests.Transports.WebSocket.ServerRole;

/// <summary>The end of a server's connection to a client that ends first and reads slowly.</summary>
public sealed class WsServerGoodbyeTests
{
    [Fact]
    public async Task A_close_frame_whose_answer_waits_is_answered_although_the_stream_lets_go()
    {
        var sockets = new HeldSockets();
        await using var rig = new ServerRig(held: sockets);
        var (stream, sink) = await rig.ConnectAsync();
        await using var owned = stream;
        sockets.Hold();

        // In one write, so that they are read in one turn: the answer to the first is what the answer to the second waits for.
        await stream.WriteAsync(
            (byte[])[.. RawFrame.Make(RawFrame.Fin | RawFrame.Binary, "hello"u8, 7), .. RawFrame.Make(RawFrame.Fin | RawFrame.Close, [0x03, 0xe8], 7)],
            TestContext.Current.CancellationToken);
        await sockets.Waits.OrFail(static () => "Nothing was sent back.");
        var letGo = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        sink.Post(() =>
        {
            sink.Transport.CloseOnMailbox();
            letGo.SetResult();
        });
        await letGo.Task.OrFail(static () => "The mailbox does not run.");
        sockets.Release();

        var all = new MemoryStream();
        await stream.CopyToAsync(all, TestContext.Current.CancellationToken).OrFail(static () => "The server does not end.");
        Assert.Equal((byte[])[0x82, 5, .. "hello"u8, 0x88, 2, 0x03, 0xe8], all.ToArray());
        stream.Dispose();
        await sink.EndAsync();
    }
}
