using System.Text;
using SecureStreams.Codecs.WebSocket;

namespace SecureStreams.Codecs.Tests.WebSocket;

public class WebSocketFrameTests
{
    [Theory]
    [InlineData(WebSocketOpcode.Text, true, false, 5, "8105")]
    [InlineData(WebSocketOpcode.Text, false, false, 3, "0103")]
    [InlineData(WebSocketOpcode.Continuation, true, false, 2, "8002")]
    [InlineData(WebSocketOpcode.Ping, true, false, 125, "897D")]
    [InlineData(WebSocketOpcode.Binary, true, true, 126, "C27E007E")]
    [InlineData(WebSocketOpcode.Binary, true, false, 256, "827E0100")]
    [InlineData(WebSocketOpcode.Binary, true, false, 65535, "827EFFFF")]
    [InlineData(WebSocketOpcode.Binary, true, false, 65536, "827F0000000000010000")]
    [InlineData(WebSocketOpcode.Binary, true, false, long.MaxValue, "827F7FFFFFFFFFFFFFFF")]
    public void Headers_have_the_shortest_form(WebSocketOpcode opcode, bool final, bool compressed, long length, string hex)
    {
        Span<byte> header = stackalloc byte[WebSocketFrame.MaxHeaderBytes];
        var written = WebSocketFrame.WriteHeader(header, opcode, final, compressed, length);
        Assert.Equal(hex, Convert.ToHexString(header[..written]));
        Assert.Equal(written, WebSocketFrame.HeaderBytes(length, masked: false));

        var masked = WebSocketFrame.WriteHeader(header, opcode, final, compressed, length, 0x3d21fa37);
        Assert.Equal(written + 4, masked);
        Assert.Equal(masked, WebSocketFrame.HeaderBytes(length, masked: true));
        Assert.Equal("37FA213D", Convert.ToHexString(header[written..masked]));
        Assert.Equal(0x80, header[1] & 0x80);
    }

    /// <summary>RFC 6455 section 5.7.</summary>
    [Fact]
    public void The_masked_example_of_the_specification_is_written()
    {
        Span<byte> frame = stackalloc byte[11];
        var at = WebSocketFrame.WriteHeader(frame, WebSocketOpcode.Text, true, false, 5, 0x3d21fa37);
        Encoding.ASCII.GetBytes("Hello", frame[at..]);
        WebSocketMask.Apply(frame[at..], 0x3d21fa37, 0);
        Assert.Equal("818537FA213D7F9F4D5158", Convert.ToHexString(frame));
    }

    [Fact]
    public void Masking_is_the_same_however_it_is_cut()
    {
        const uint key = 0xa1b2c3d4;
        byte[] keyBytes = [0xd4, 0xc3, 0xb2, 0xa1];
        for (var length = 0; length < 300; length++)
        {
            var plain = new byte[length];
            for (var i = 0; i < length; i++)
                plain[i] = (byte)(i * 7);
            var wanted = new byte[length];
            for (var i = 0; i < length; i++)
                wanted[i] = (byte)(plain[i] ^ keyBytes[i & 3]);

            var whole = plain.ToArray();
            Assert.Equal(length & 3, WebSocketMask.Apply(whole, key, 0));
            Assert.Equal(wanted, whole);

            var cut = length * 3 / 7;
            var parts = plain.ToArray();
            var offset = WebSocketMask.Apply(parts.AsSpan(0, cut), key, 0);
            WebSocketMask.Apply(parts.AsSpan(cut), key, offset);
            Assert.Equal(wanted, parts);
        }
    }

    [Fact]
    public void A_reason_that_is_too_long_is_cut_between_characters()
    {
        Span<byte> payload = stackalloc byte[WebSocketFrame.MaxControlBytes];
        var length = WebSocketClosePayload.Write(payload, 1001, new string('é', 100));
        Assert.Equal(2 + 122, length);
        Assert.Null(WebSocketClosePayload.Read(payload[..length], out var code, out var reason));
        Assert.Equal(1001, code);
        Assert.Equal(new string('é', 61), Encoding.UTF8.GetString(reason));
        Assert.Equal(0, WebSocketClosePayload.Write(payload, WebSocketCloseCodes.NoStatus, "x"));
    }

    [Fact]
    public void Codes_that_may_be_sent_are_those_that_may_be_received_but_one()
    {
        for (var code = 0; code < 70_000; code++)
        {
            Assert.Equal(WebSocketCloseCodes.MayBeReceived(code), WebSocketCloseCodes.MayBeSent(code, WebSocketRole.Client));
            if (code != 1010)
                Assert.Equal(WebSocketCloseCodes.MayBeReceived(code), WebSocketCloseCodes.MayBeSent(code, WebSocketRole.Server));
        }

        Assert.False(WebSocketCloseCodes.MayBeSent(1010, WebSocketRole.Server));
        Assert.Equal("1001 (going away): bye", WebSocketClosePayload.Describe(1001, "bye"u8));
        Assert.Equal("4000", WebSocketClosePayload.Describe(4000, default));
    }
}
