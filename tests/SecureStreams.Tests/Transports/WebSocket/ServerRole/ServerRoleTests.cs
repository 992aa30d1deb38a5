using System.Text;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.Tests.Transports.WebSocket.Conformance;

namespace SecureStreams.Tests.Transports.WebSocket.ServerRole;

/// <summary>Clients by hand: what the connection in the server's role makes of right and wrong frames.</summary>
public class ServerRoleTests
{
    private const uint Key = 0xA1B2C3D4;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Name, what the client sends, and the close code that answers it.</summary>
    public static TheoryData<string, string, int> Broken
    {
        get
        {
            var data = Violations.Of(Key);
            data.Add("a message that is too long", Convert.ToHexString(RawFrame.Make(RawFrame.Fin | RawFrame.Binary, new byte[70_000], Key)[..14]), 1009);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Broken))]
    public async Task What_the_protocol_forbids_is_answered_and_told(string name, string bytes, int code)
    {
        Assert.NotEmpty(name);
        await using var rig = new ServerRig("\"max_message_bytes\": 66000");
        var (stream, sink) = await rig.ConnectAsync();
        await using var owned = stream;
        await stream.WriteAsync(Convert.FromHexString(bytes), Cancellation);
        var close = await LastAsync(stream);
        Assert.Equal(code, close.CloseCode);
        Assert.NotEmpty(close.CloseReason);
        var failure = (await sink.EndAsync())!;
        Assert.Equal((code == 1009 ? SsCauseCode.PayloadTooLarge : SsCauseCode.ProtocolError, code), (failure.Code, failure.Status));
    }

    [Fact]
    public async Task A_text_with_a_wrong_byte_anywhere_is_refused_and_never_whole()
    {
        await using var rig = new ServerRig();
        foreach (var (name, bytes) in WrongTexts.Of(Key))
        {
            var (stream, sink) = await rig.ConnectAsync();
            await stream.WriteAsync(bytes, Cancellation);
            var close = await CloseFrameAsync(stream);
            await stream.DisposeAsync();
            Assert.True(close.CloseCode == 1007 && close.CloseReason.Length > 0, $"{name}: answered with {close.CloseCode} \"{close.CloseReason}\"");
            var failure = (await sink.EndAsync())!;
            Assert.True((failure.Phase, failure.Code, failure.Status) == (SsPhase.Protocol, SsCauseCode.ProtocolError, 1007), $"{name}: told as {failure}");
            Assert.Empty(sink.Received);
        }
    }

    [Theory]
    [InlineData(1000, SsCauseCode.PeerClosed)]
    [InlineData(1001, SsCauseCode.PeerClosed)]
    [InlineData(1002, SsCauseCode.PeerClosed)]
    [InlineData(1003, SsCauseCode.PeerClosed)]
    [InlineData(1007, SsCauseCode.PeerClosed)]
    [InlineData(1010, SsCauseCode.PeerClosed)]
    [InlineData(1011, SsCauseCode.PeerClosed)]
    [InlineData(1013, SsCauseCode.PeerBusy)]
    [InlineData(3000, SsCauseCode.PeerClosed)]
    [InlineData(4999, SsCauseCode.PeerClosed)]
    public async Task A_close_is_answered_with_its_code_and_ends_the_connection(int code, SsCauseCode expected)
    {
        await using var rig = new ServerRig();
        var (stream, sink) = await rig.ConnectAsync();
        await using var owned = stream;
        await stream.WriteAsync(RawFrame.MakeClose(code, "bye", Key), Cancellation);
        var close = await LastAsync(stream);
        Assert.Equal(code, close.CloseCode);
        var failure = (await sink.EndAsync())!;
        Assert.Equal((expected, code), (failure.Code, failure.Status));
        Assert.EndsWith("bye", failure.PeerText, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 1)]
    [InlineData(125, 1)]
    [InlineData(126, 3)]
    [InlineData(127, 3)]
    [InlineData(16_000, 3)]
    public async Task A_message_comes_back_in_one_frame_unmasked_in_the_shortest_form(int length, int lengthBytes)
    {
        await using var rig = new ServerRig();
        var (stream, _) = await rig.ConnectAsync();
        await using var owned = stream;
        var payload = DeterministicBytes.Make(length, 7);
        await stream.WriteAsync(RawFrame.Make(RawFrame.Fin | RawFrame.Binary, payload, Key), Cancellation);
        var frame = (await NextAsync(stream))!;
        Assert.Equal(RawFrame.Fin | RawFrame.Binary, frame.First);
        Assert.False(frame.Masked);
        Assert.Equal(lengthBytes, frame.LengthBytes);
        Assert.Equal(payload, frame.Payload);
    }

    [Fact]
    public async Task A_text_in_fragments_cut_anywhere_with_a_ping_between_comes_back_whole_under_any_mask()
    {
        var text = Encoding.UTF8.GetBytes("aé€😀z");
        await using var rig = new ServerRig();
        var (stream, _) = await rig.ConnectAsync();
        await using var owned = stream;
        for (var cut = 0; cut <= text.Length; cut++)
        {
            byte[] bytes =
            [
                .. RawFrame.Make(RawFrame.Text, text.AsSpan(0, cut), (uint)cut * 0x01030507),
                .. RawFrame.Make(RawFrame.Fin | RawFrame.Ping, [(byte)cut], 0xFFFFFFFF),
                .. RawFrame.Make(RawFrame.Fin, text.AsSpan(cut), Key),
            ];
            foreach (var one in bytes)
                await stream.WriteAsync(new[] { one }, Cancellation);
            var frames = new[] { (await NextAsync(stream))!, (await NextAsync(stream))! };
            Assert.Equal([(byte)cut], Assert.Single(frames, static frame => frame.Opcode == RawFrame.Pong).Payload);
            Assert.Equal(text, Assert.Single(frames, static frame => frame.Opcode == RawFrame.Text).Payload);
        }
    }

    [Fact]
    public async Task A_server_that_lets_go_says_so_and_waits_for_the_answer()
    {
        await using var rig = new ServerRig();
        var (stream, sink) = await rig.ConnectAsync();
        await using var owned = stream;
        sink.Post(sink.Transport.CloseOnMailbox);
        var close = (await NextAsync(stream))!;
        Assert.Equal(1000, close.CloseCode);
        Assert.False(close.Masked);
        await stream.WriteAsync(RawFrame.MakeClose(1000, "", Key), Cancellation);
        Assert.Null(await NextAsync(stream));
        await stream.DisposeAsync();
        await sink.EndAsync();
    }

    private static Task<RawFrame?> NextAsync(Stream stream) => RawFrame.ReadAsync(stream, Cancellation).OrFail(static () => "No frame came.");

    // The close frame, which must be the last of all.
    private static async Task<RawFrame> LastAsync(Stream stream)
    {
        var close = await CloseFrameAsync(stream);
        Assert.Null(await NextAsync(stream));

        // The server's side waits a moment for ours.
        await stream.DisposeAsync();
        return close;
    }

    // Others before it are let pass.
    private static async Task<RawFrame> CloseFrameAsync(Stream stream)
    {
        while (true)
        {
            var frame = (await NextAsync(stream))!;
            if (frame.Opcode == RawFrame.Close)
                return frame;
        }
    }
}
