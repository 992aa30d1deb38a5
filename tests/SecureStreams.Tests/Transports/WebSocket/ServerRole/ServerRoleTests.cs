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
            var data = new TheoryData<string, string, int>();
            foreach (var opcode in new[] { 0x1, 0x2, 0x8, 0x9, 0xA })
            {
                foreach (var reserved in new[] { 0x40, 0x20, 0x10 })
                    Add($"reserved bits {reserved:X} on opcode {opcode:X}", RawFrame.Make(RawFrame.Fin | reserved | opcode, [], Key), 1002);
                Add($"opcode {opcode:X} not masked", RawFrame.Make(RawFrame.Fin | opcode, []), 1002);
            }

            foreach (var opcode in new[] { 3, 7, 11, 15 })
                Add($"reserved opcode {opcode:X}", RawFrame.Make(RawFrame.Fin | opcode, [], Key), 1002);
            foreach (var opcode in new[] { 8, 9, 10 })
            {
                Add($"opcode {opcode:X} fragmented", RawFrame.Make(opcode, [], Key), 1002);
                Add($"opcode {opcode:X} of 126 bytes", RawFrame.Make(RawFrame.Fin | opcode, new byte[126], Key), 1002);
            }

            Add("a length of 125 in three bytes", [0x82, 0x80 | 126, 0, 125, 1, 2, 3, 4], 1002);
            Add("a length of 65535 in nine bytes", [0x82, 0x80 | 127, 0, 0, 0, 0, 0, 0, 255, 255, 1, 2, 3, 4], 1002);
            Add("a length of 2^63", [0x82, 0x80 | 127, 0x80, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4], 1002);
            Add("a continuation of nothing", RawFrame.Make(RawFrame.Fin, "a"u8, Key), 1002);
            Add("a text inside a text", [.. RawFrame.Make(RawFrame.Text, "a"u8, Key), .. RawFrame.Make(RawFrame.Fin | RawFrame.Text, "b"u8, Key)], 1002);
            Add("a text that is not UTF-8", RawFrame.Make(RawFrame.Fin | RawFrame.Text, [0x61, 0xC3, 0x28], Key), 1007);
            Add("a fragment that is not UTF-8", [.. RawFrame.Make(RawFrame.Text, [0xE2], Key), .. RawFrame.Make(0, [0x28], Key)], 1007);
            Add("a text that ends inside a character", RawFrame.Make(RawFrame.Fin | RawFrame.Text, [0xE2, 0x82], Key), 1007);
            Add("a close of one byte", RawFrame.Make(RawFrame.Fin | RawFrame.Close, "a"u8, Key), 1002);
            foreach (var code in new[] { 0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000 })
                Add($"a close with {code}", RawFrame.MakeClose(code, "", Key), 1002);
            Add("a close whose reason is not UTF-8", RawFrame.Make(RawFrame.Fin | RawFrame.Close, [0x03, 0xE8, 0xC3, 0x28], Key), 1007);
            Add("a message that is too long", RawFrame.Make(RawFrame.Fin | RawFrame.Binary, new byte[70_000], Key)[..14], 1009);
            return data;

            void Add(string name, byte[] bytes, int code) => data.Add(name, Convert.ToHexString(bytes), code);
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
        while (true)
        {
            var frame = (await NextAsync(stream))!;
            if (frame.Opcode != RawFrame.Close)
                continue;
            Assert.Null(await NextAsync(stream));

            // The server's side waits a moment for ours.
            await stream.DisposeAsync();
            return frame;
        }
    }
}
