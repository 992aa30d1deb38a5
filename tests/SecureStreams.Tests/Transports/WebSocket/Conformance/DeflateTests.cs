using System.Buffers;
using System.Text;
using SecureStreams.Codecs.WebSocket.Deflate;
using SecureStreams.TestSupport.Handlers;

namespace SecureStreams.Tests.Transports.WebSocket.Conformance;

/// <summary>permessage-deflate as a server may use and misuse it, and as the client uses it.</summary>
public class DeflateTests
{
    private const string On = "\"ws_deflate\": true";
    private const string Agreed = "Sec-WebSocket-Extensions: permessage-deflate\r\n";
    private const int Compressed = 0x40;

    [Fact]
    public async Task It_is_offered_when_the_policy_says_so()
    {
        await using var run = await WsScript.PlayAsync(RawFrame.MakeClose(1000), On);
        Assert.Equal("permessage-deflate; client_max_window_bits", WsScript.Field(run.Request, "Sec-WebSocket-Extensions"));
        await using var small = await WsScript.PlayAsync(RawFrame.MakeClose(1000), On + ", \"ws_deflate_window_bits\": 10");
        Assert.Equal("permessage-deflate; server_max_window_bits=10; client_max_window_bits=10", WsScript.Field(small.Request, "Sec-WebSocket-Extensions"));
    }

    [Theory]
    [InlineData("permessage-deflate; what", "\"what\", which is unknown")]
    [InlineData("permessage-deflate; server_max_window_bits=16", "a number from 8 to 15")]
    [InlineData("permessage-deflate, permessage-deflate", "twice")]
    [InlineData("other", "\"other\", which was not offered")]
    public async Task A_wrong_answer_to_the_offer_fails_the_upgrade_with_words(string answer, string words)
    {
        await using var refused = await WsScript.RefuseAsync(request => WsScript.Accept(request, $"Sec-WebSocket-Extensions: {answer}\r\n"), On);
        Assert.Equal((SsPhase.Protocol, SsCauseCode.ProtocolError), (refused.Refusal.Phase, refused.Refusal.Code));
        Assert.Contains(words, refused.RefusalDetail.Message, StringComparison.Ordinal);
        Assert.NotNull(refused.RefusalDetail.Policy);
    }

    [Fact]
    public async Task The_examples_of_the_specification_are_received_at_every_cut_whole_and_in_fragments() // RFC 7692 section 7.2.3
    {
        byte[] frames =
        [
            .. Message(RawFrame.Text, "F248CDC9C90700"), // one block
            .. RawFrame.Make(RawFrame.Text | Compressed, Hex("F248CD")), .. RawFrame.Make(RawFrame.Fin | RawFrame.Ping, []), .. RawFrame.Make(RawFrame.Fin, Hex("C9C90700")), // in fragments
            .. Message(RawFrame.Text, "F200110000"), // referring to what came before
            .. Message(RawFrame.Binary, "000500FAFF48656C6C6F00"), // not compressed
            .. Message(RawFrame.Text, "F348CDC9C9070000"), // marked as the last block
            .. RawFrame.Make(RawFrame.Fin | RawFrame.Text, "plain"u8), // not compressed at all
            .. Message(RawFrame.Text, "00"), // nothing
            .. RawFrame.MakeClose(1000),
        ];
        string[] expected = ["THello", "THello", "THello", "BHello", "THello", "Tplain", "T"];
        for (var cut = 1; cut < frames.Length; cut++)
        {
            var at = cut;
            await using var run = await WsScript.PlayAsync(
                async (connection, stopping) =>
                {
                    await connection.WriteAsync(frames[..at], stopping);
                    await connection.WriteAsync(frames[at..], stopping);
                },
                On,
                Agreed);
            Assert.Equal(expected, run.Messages);
            Assert.Equal(1000, run.Cause.Status);
        }

        await using var single = await WsScript.PlayAsync(frames, On, Agreed, pieces: 1);
        Assert.Equal(expected, single.Messages);
    }

    [Theory]
    [InlineData("C102 0700", 1007)] // a kind of block that does not exist
    [InlineData("C103 F24805", 1007)] // ends inside a block
    [InlineData("C105 F200110000", 1007)] // refers to what never came
    [InlineData("4102 F248 C000", 1002)] // a reserved bit on a continuation
    [InlineData("C900", 1002)] // and on a ping
    [InlineData("A100", 1002)] // another reserved bit
    [InlineData("", 1007)] // compressed rightly, and not UTF-8
    public async Task What_is_no_compressed_message_is_refused(string hex, int code)
    {
        var bytes = Hex(hex);
        if (bytes.Length == 0)
            bytes = RawFrame.Make(RawFrame.Fin | RawFrame.Text | Compressed, Deflate([0xC3, 0x28, 0x41]));
        await using var run = await WsScript.PlayAsync(bytes, On, Agreed);
        Assert.Equal(code, run.Close.CloseCode);
        Assert.Equal((SsPhase.Protocol, SsCauseCode.ProtocolError, code), (run.Cause.Phase, run.Cause.Code, run.Cause.Status));
        Assert.DoesNotContain(run.Messages, static message => message[0] == 'T');
    }

    [Theory]
    [InlineData(100_000, true)]
    [InlineData(100_001, false)]
    [InlineData(64 << 20, false)]
    public async Task A_bomb_goes_off_at_the_limit_of_a_message(int length, bool fits)
    {
        var payload = Deflate(new byte[length]);
        await using var run = await WsScript.PlayAsync(
            [.. RawFrame.Make(RawFrame.Fin | RawFrame.Binary | Compressed, payload), .. RawFrame.MakeClose(1000)], On + ", \"max_message_bytes\": 100000", Agreed);
        Assert.InRange(run.Handler.ReceivedLength, fits ? 100_000 : 0, 100_000);
        Assert.Equal(fits ? 1000 : 1009, run.Close.CloseCode);
        Assert.Equal(fits ? 1 : 0, run.Handler.ReceivedMessages);
        if (!fits)
        {
            Assert.Equal((SsPhase.Payload, SsCauseCode.PayloadTooLarge, 1009), (run.Cause.Phase, run.Cause.Code, run.Cause.Status));
            Assert.NotNull(run.Detail.Policy);
        }
    }

    [Fact]
    public async Task Receiving_can_pause_inside_one_frame_that_becomes_many_pieces()
    {
        var message = DeterministicBytes.Make(1000, 1).Concat(new byte[200_000]).Concat(DeterministicBytes.Make(1000, 2)).ToArray();
        var handler = new RecordingHandler();
        handler.OnReceiveDo(static (stream, payload, _) =>
        {
            // After every piece; going on is asked for by somebody else.
            if (payload.Length > 0)
            {
                stream.PauseReceive();
                ThreadPool.QueueUserWorkItem(static one => one.ResumeReceive(), stream, preferLocal: false);
            }

            return SsResult.Continue;
        });
        await using var run = await WsScript.PlayAsync(
            (connection, stopping) => connection.WriteAsync([.. RawFrame.Make(RawFrame.Fin | RawFrame.Binary | Compressed, Deflate(message)), .. Message(RawFrame.Text, "F248CDC9C90700"), .. RawFrame.MakeClose(3000)], stopping),
            On,
            Agreed,
            handler);
        Assert.Equal(3000, run.Cause.Status);
        Assert.Equal(2, handler.ReceivedMessages);
        Assert.True(handler.Received.AsSpan().SequenceEqual([.. message, .. "Hello"u8]));
    }

    [Theory]
    [InlineData("", 15, true)]
    [InlineData("; client_no_context_takeover", 15, false)]
    [InlineData("; client_max_window_bits=9", 9, true)]
    [InlineData("; client_max_window_bits=8; client_no_context_takeover", 8, false)]
    public async Task What_is_sent_is_compressed_as_agreed_also_in_fragments_and_after_a_callback_that_took_it_back(string agreed, int bits, bool takeover)
    {
        var part = DeterministicBytes.Make(700, 4);
        var calls = 0;
        var handler = new RecordingHandler().OnTransmitDo(Send);
        await using var run = await WsScript.PlayAsync(
            static (_, _) => Task.CompletedTask,
            On + ", \"ws_binary\": true",
            $"Sec-WebSocket-Extensions: permessage-deflate{agreed}\r\n",
            handler,
            static stream =>
            {
                stream.RequestTransmit();
                return Task.CompletedTask;
            });

        var data = run.Frames.Where(static frame => frame.Opcode < RawFrame.Close).ToArray();
        Assert.All(data, static frame => Assert.True(frame.Masked));
        using var inflater = new WebSocketInflater(bits, takeover, 1_000_000);
        var messages = new List<byte[]>();
        var bytes = new ArrayBufferWriter<byte>();
        foreach (var frame in data)
        {
            Assert.Equal(frame.Opcode != RawFrame.Continuation, (frame.First & Compressed) != 0);
            Assert.Equal(0, frame.First & 0x30);
            var status = inflater.Inflate(frame.Payload, frame.IsFinal, bytes.GetSpan(10_000), out _, out var written);
            Assert.Equal(frame.IsFinal ? WebSocketInflateStatus.EndOfMessage : WebSocketInflateStatus.NeedsInput, status);
            bytes.Advance(written);
            if (!frame.IsFinal)
                continue;
            messages.Add(bytes.WrittenSpan.ToArray());
            bytes.ResetWrittenCount();
        }

        byte[] twice = [.. part, .. part];
        Assert.Equal([part, twice, part, []], messages);
        if (takeover && bits == 15)
            Assert.True(data[^2].Payload.Length < 100, "A message that came before is short.");

        SsTransmitResult Send(SecureStream stream, scoped ref SsTransmit tx)
        {
            stream.RequestTransmit();
            switch (++calls)
            {
                case 1:
                    Put(ref tx, part, SsTxFlags.WholeMessage);
                    return SsTransmitResult.Send;
                case 2:
                    Put(ref tx, part, SsTxFlags.StartOfMessage);
                    return SsTransmitResult.Send;
                case 3:
                    // Compressed, and then not sent.
                    Put(ref tx, DeterministicBytes.Make(700, 5), SsTxFlags.EndOfMessage);
                    return SsTransmitResult.Nothing;
                case 4:
                    Put(ref tx, part, SsTxFlags.EndOfMessage);
                    Put(ref tx, part, SsTxFlags.WholeMessage);
                    Put(ref tx, [], SsTxFlags.WholeMessage | SsTxFlags.EndOfStream);
                    return SsTransmitResult.Send;
                default:
                    return SsTransmitResult.Nothing;
            }
        }
    }

    [Fact]
    public async Task A_server_that_takes_no_compression_gets_none()
    {
        await using var run = await WsScript.PlayAsync(
            static (_, _) => Task.CompletedTask,
            On,
            handler: CloseTests.Sending("Hello", SsTxFlags.WholeMessage | SsTxFlags.EndOfStream),
            whenConnected: static stream =>
            {
                stream.RequestTransmit();
                return Task.CompletedTask;
            });
        Assert.Equal(RawFrame.Fin | RawFrame.Text, run.Frames[0].First);
        Assert.Equal("Hello", Encoding.ASCII.GetString(run.Frames[0].Payload));
    }

    private static void Put(ref SsTransmit tx, byte[] bytes, SsTxFlags flags)
    {
        bytes.CopyTo(tx.Buffer);
        tx.Commit(bytes.Length, flags);
    }

    private static byte[] Message(int opcode, string hex) => RawFrame.Make(RawFrame.Fin | Compressed | opcode, Hex(hex));

    private static byte[] Hex(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));

    private static byte[] Deflate(byte[] message)
    {
        var output = new ArrayBufferWriter<byte>();
        using var deflater = new WebSocketDeflater(15, contextTakeover: false);
        deflater.Compress(message, endOfMessage: true, output);
        return output.WrittenSpan.ToArray();
    }
}
