using SecureStreams.Codecs.WebSocket;
using SecureStreams.TestSupport.Checks;

namespace SecureStreams.Codecs.Tests.WebSocket;

public class WebSocketFrameReaderTests
{
    /// <summary>The examples of RFC 6455 section 5.7, and what they mean.</summary>
    public static TheoryData<string, WebSocketRole, string> Examples { get; } = new()
    {
        { "81 05 48 65 6c 6c 6f", WebSocketRole.Client, "text 5:Hello; " },
        { "81 85 37 fa 21 3d 7f 9f 4d 51 58", WebSocketRole.Server, "text 5:Hello; " },
        { "01 03 48 65 6c 80 02 6c 6f", WebSocketRole.Client, "text 5:Hello; " },
        { "89 05 48 65 6c 6c 6f", WebSocketRole.Client, "ping Hello; " },
        { "8a 85 37 fa 21 3d 7f 9f 4d 51 58", WebSocketRole.Server, "pong Hello; " },
    };

    /// <summary>What a server must not send, and the code with which it is told.</summary>
    public static TheoryData<string, int> Violations { get; } = new()
    {
        { "83 00", 1002 }, // Reserved opcodes,
        { "87 00", 1002 },
        { "8b 00", 1002 },
        { "8f 00", 1002 },
        { "c1 00", 1002 }, // and bits.
        { "a1 00", 1002 },
        { "91 00", 1002 },
        { "c9 00", 1002 },
        { "09 00", 1002 }, // Control frames in fragments,
        { "08 00", 1002 },
        { "89 7e 00 7e", 1002 }, // or too long.
        { "88 7f 00 00 00 00 00 00 00 01", 1002 },
        { "81 80 00 00 00 00", 1002 }, // Masked.
        { "80 00", 1002 }, // Continuing nothing,
        { "00 01 41", 1002 },
        { "01 01 41 81 01 42", 1002 }, // and not continuing.
        { "01 01 41 02 01 42", 1002 },
        { "82 7e 00 7d", 1002 }, // Lengths that are too long for what they say,
        { "82 7f 00 00 00 00 00 00 ff ff", 1002 },
        { "82 7f 80 00 00 00 00 00 00 00", 1002 }, // and too much.
        { "82 7f 7f ff ff ff ff ff ff ff", 1009 },
        { "82 7f 00 00 00 00 00 10 00 01", 1009 },
        { "88 01 03", 1002 }, // Half a code,
        { "88 02 03 e7", 1002 }, // 999,
        { "88 02 03 ec", 1002 }, // 1004,
        { "88 02 03 ed", 1002 }, // 1005,
        { "88 02 03 ee", 1002 }, // 1006,
        { "88 02 03 f7", 1002 }, // 1015,
        { "88 02 03 f8", 1002 }, // 1016,
        { "88 02 0b b7", 1002 }, // 2999,
        { "88 02 13 88", 1002 }, // 5000,
        { "88 02 ff ff", 1002 },
        { "88 04 03 e8 c3 28", 1007 }, // and a reason that is no text.
    };

    [Theory]
    [MemberData(nameof(Examples))]
    public void The_examples_of_the_specification_are_read(string hex, WebSocketRole role, string story)
    {
        var bytes = Bytes(hex);
        for (var step = 1; step <= bytes.Length; step++)
            Assert.Equal(story, FrameLog.Read(bytes, step, role));
    }

    [Theory]
    [InlineData(256)]
    [InlineData(65536)]
    public void The_long_examples_of_the_specification_are_read(int length)
    {
        byte[] header = length == 256 ? Bytes("82 7e 01 00") : Bytes("82 7f 00 00 00 00 00 01 00 00");
        byte[] bytes = [.. header, .. new byte[length]];
        var whole = FrameLog.Read(bytes, bytes.Length);
        Assert.StartsWith($"binary {length}:", whole, StringComparison.Ordinal);
        Assert.Equal(whole, FrameLog.Read(bytes, 1));
    }

    [Theory]
    [MemberData(nameof(Violations))]
    public void What_the_protocol_does_not_allow_is_an_outcome(string hex, int code)
    {
        var bytes = Bytes(hex);
        for (var step = 1; step <= bytes.Length; step++)
            Assert.EndsWith($"violation {code}", FrameLog.Read(bytes, step), StringComparison.Ordinal);
    }

    [Fact]
    public void After_a_violation_nothing_is_read_any_more()
    {
        var log = new FrameLog(new WebSocketFrameReader(WebSocketRole.Client, 100, 100, false));
        log.Feed(Bytes("83 00"));
        log.Feed(Bytes("81 01 41"));
        Assert.Equal("violation 1002violation 1002", log.Story);
        Assert.Contains("opcode 3", log.Reader.Violation!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_server_refuses_what_is_not_masked() => Assert.Equal("violation 1002", FrameLog.Read(Bytes("81 01 41"), 3, WebSocketRole.Server));

    /// <summary>Control frames between fragments, an empty fragment, two messages, a close; and what follows a close is nobody's business.</summary>
    [Fact]
    public void Every_cut_tells_the_same_story()
    {
        var bytes = Bytes("01 02 61 62 89 01 70 00 00 8a 00 80 01 63 82 00 02 00 80 00 82 03 01 02 03 88 05 03 e8 62 79 65 81 01 41 ff ff");
        const string story = "text ping p; pong ; 3:abc; binary 0:; binary 0:; binary 3:\u0001\u0002\u0003; close 1000 bye; ";
        Assert.Equal(story, FrameLog.Read(bytes, bytes.Length));
        for (var cut = 1; cut < bytes.Length; cut++)
        {
            var log = new FrameLog(new WebSocketFrameReader(WebSocketRole.Client, 100, 100, false));
            log.Feed(bytes.AsSpan(0, cut));
            log.Feed(bytes.AsSpan(cut));
            Assert.Equal(story, log.Story);
        }

        Assert.Equal(story, FrameLog.Read(bytes, 1));
    }

    [Theory]
    [InlineData("88 00", 1005, "")]
    [InlineData("88 02 03 e8", 1000, "")]
    [InlineData("88 02 03 f6", 1014, "")]
    [InlineData("88 02 0b b8", 3000, "")]
    [InlineData("88 02 13 87", 4999, "")]
    [InlineData("88 04 03 e9 c3 a9", 1001, "é")]
    public void Close_frames_tell_code_and_reason(string hex, int code, string reason)
    {
        var reader = new WebSocketFrameReader(WebSocketRole.Client, 100, 100, false);
        Span<byte> input = Bytes(hex);
        Assert.Equal(WebSocketReadKind.Close, reader.Read(ref input, out var payload));
        Assert.Equal(code, reader.CloseCode);
        Assert.Equal(reason, System.Text.Encoding.UTF8.GetString(payload));
    }

    [Fact]
    public void The_limit_counts_all_fragments_of_a_message_and_each_message_anew()
    {
        Assert.Equal("binary violation 1009", FrameLog.Read(Bytes("02 03 01 02 03 80 02 04 05"), 20, most: 4));
        Assert.Equal("binary 4:\u0001\u0002\u0003\u0004; binary 4:\u0001\u0002\u0003\u0004; ", FrameLog.Read(Bytes("02 03 01 02 03 80 01 04 82 04 01 02 03 04"), 20, most: 4));
    }

    [Fact]
    public void Only_the_first_frame_of_a_message_says_that_it_is_compressed()
    {
        Assert.Equal("text* 3:abc; text 1:d; ", FrameLog.Read(Bytes("41 01 61 00 01 62 80 01 63 81 01 64"), 20, compressed: true));
        Assert.Equal("text* violation 1002", FrameLog.Read(Bytes("41 01 61 c0 01 62"), 20, compressed: true));
        Assert.Equal("violation 1002", FrameLog.Read(Bytes("c9 00"), 20, compressed: true));
    }

    [Fact]
    public void Pieces_have_a_bound()
    {
        var log = new FrameLog(new WebSocketFrameReader(WebSocketRole.Client, 1 << 20, 1000, false));
        byte[] bytes = [.. Bytes("82 7e 0f a0"), .. new byte[4000]];
        log.Feed(bytes);
        Assert.Equal(4, log.Pieces);
    }

    [Fact]
    public void Reading_allocates_nothing()
    {
        var reader = new WebSocketFrameReader(WebSocketRole.Server, 1 << 20, 16 * 1024, false);
        var frames = new byte[4096];
        Step(10);
        Assert.Equal(0, Allocated.Least(() => Step(1000)));

        void Step(int times)
        {
            for (; times > 0; times--)
            {
                var length = Frames.Put(frames, WebSocketOpcode.Binary, true, 64, 0x12345678);
                length += Frames.Put(frames.AsSpan(length), WebSocketOpcode.Ping, true, 5, 0x9abcdef0);
                for (var cut = 0; cut < length; cut += 7)
                {
                    var input = frames.AsSpan(cut, Math.Min(7, length - cut));
                    while (reader.Read(ref input, out _) != WebSocketReadKind.NeedMore)
                    {
                        // Everything is looked at.
                    }
                }
            }
        }
    }

    internal static byte[] Bytes(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
}
