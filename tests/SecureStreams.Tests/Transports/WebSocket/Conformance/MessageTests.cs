using System.Text;
using SecureStreams.TestSupport.Handlers;

namespace SecureStreams.Tests.Transports.WebSocket.Conformance;

/// <summary>Messages and control frames as servers may send them, however they are cut; and as the client sends its own.</summary>
public class MessageTests
{
    private const string Text = "aé€😀z";

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(125)]
    [InlineData(126)]
    [InlineData(127)]
    [InlineData(128)]
    [InlineData(65535)]
    [InlineData(65536)]
    [InlineData(1 << 20)]
    public async Task Messages_of_every_form_of_length_are_received(int length)
    {
        var bytes = DeterministicBytes.Make(length, length);
        foreach (var pieces in length <= 128 ? new[] { int.MaxValue, 1, 7 } : [int.MaxValue, 10_000])
        {
            await using var run = await WsScript.PlayAsync([.. RawFrame.Make(RawFrame.Fin | RawFrame.Binary, bytes), .. RawFrame.MakeClose(1000)], pieces: pieces);
            Assert.Equal(1, run.Handler.ReceivedMessages);
            Assert.True(bytes.AsSpan().SequenceEqual(run.Handler.Received));
            Assert.All(run.Handler.Events.Where(static one => one.Kind == RecordedKind.Receive), static one => Assert.True(one.Flags.HasFlag(SsRxFlags.Binary)));
            Assert.Equal(1000, run.Cause.Status);
        }
    }

    [Fact]
    public async Task A_text_in_two_fragments_cut_anywhere_with_a_ping_between_is_one_message()
    {
        var bytes = Encoding.UTF8.GetBytes(Text);
        for (var cut = 0; cut <= bytes.Length; cut++)
        {
            byte[] frames =
            [
                .. RawFrame.Make(RawFrame.Text, bytes.AsSpan(0, cut)),
                .. RawFrame.Make(RawFrame.Fin | RawFrame.Ping, [(byte)cut]),
                .. RawFrame.Make(RawFrame.Fin, bytes.AsSpan(cut)),
                .. RawFrame.MakeClose(1000),
            ];
            await using var run = await WsScript.PlayAsync(frames, pieces: cut % 2 == 0 ? int.MaxValue : 1);
            Assert.Equal(["T" + Text], run.Messages);
            Assert.Equal([(byte)cut], run.Frames[0].Payload);
            Assert.Equal([RawFrame.Pong, RawFrame.Close], run.Frames.Select(static frame => frame.Opcode));
        }
    }

    [Fact]
    public async Task A_text_in_fragments_of_one_byte_and_of_none_is_one_message()
    {
        var bytes = Encoding.UTF8.GetBytes(Text);
        var frames = new List<byte>(RawFrame.Make(RawFrame.Text, []));
        foreach (var one in bytes)
        {
            frames.AddRange(RawFrame.Make(0, [one]));
            frames.AddRange(RawFrame.Make(0, []));
        }

        frames.AddRange(RawFrame.Make(RawFrame.Fin, []));
        frames.AddRange(RawFrame.MakeClose(1000));
        await using var run = await WsScript.PlayAsync([.. frames]);
        Assert.Equal(["T" + Text], run.Messages);
    }

    [Fact]
    public async Task Bytes_cut_at_every_place_are_the_same_messages()
    {
        byte[] frames =
        [
            .. RawFrame.Make(RawFrame.Text, "be"u8), .. RawFrame.Make(RawFrame.Fin | RawFrame.Ping, "ping"u8), .. RawFrame.Make(RawFrame.Fin, "gun"u8),
            .. RawFrame.Make(RawFrame.Fin | RawFrame.Pong, "nobody asked"u8), .. RawFrame.Make(RawFrame.Fin | RawFrame.Binary, new byte[130]), .. RawFrame.MakeClose(3001, "end"),
        ];
        for (var cut = 1; cut < frames.Length; cut += 1 + (cut > 60 && cut < frames.Length - 20 ? 12 : 0))
        {
            var at = cut;
            await using var run = await WsScript.PlayAsync(async (connection, stopping) =>
            {
                await connection.WriteAsync(frames[..at], stopping);
                await connection.WriteAsync(frames[at..], stopping);
            });
            Assert.Equal(["Tbegun", "B" + new string('\0', 130)], run.Messages);
            Assert.Equal("ping", Encoding.ASCII.GetString(run.Frames[0].Payload));
            Assert.Equal(3001, run.Close.CloseCode);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(125)]
    public async Task A_ping_is_answered_with_what_it_carried(int length)
    {
        var payload = DeterministicBytes.Make(length, 5);
        await using var run = await WsScript.PlayAsync([.. RawFrame.Make(RawFrame.Fin | RawFrame.Ping, payload), .. RawFrame.MakeClose(1000)], pieces: 3);
        Assert.Equal(RawFrame.Fin | RawFrame.Pong, run.Frames[0].First);
        Assert.Equal(payload, run.Frames[0].Payload);
        Assert.Empty(run.Messages);
    }

    [Fact]
    public async Task Pings_are_answered_in_their_order()
    {
        var pings = Enumerable.Range(0, 20).SelectMany(static number => RawFrame.Make(RawFrame.Fin | RawFrame.Ping, [(byte)number]));
        await using var run = await WsScript.PlayAsync([.. pings, .. RawFrame.MakeClose(1000)]);
        Assert.Equal(Enumerable.Range(0, 20).Select(static number => (byte)number), run.Frames.Where(static frame => frame.Opcode == RawFrame.Pong).Select(static frame => frame.Payload[0]));
    }

    [Fact]
    public async Task What_comes_with_the_answer_to_the_upgrade_is_received()
    {
        // The script's own bytes come in one write with the head here.
        await using var run = await WsScript.PlayAsync(
            static (_, _) => Task.CompletedTask,
            fields: "X-Nothing: 1\r\n\r\n" + Encoding.Latin1.GetString([.. RawFrame.Make(RawFrame.Fin | RawFrame.Text, "early"u8), .. RawFrame.MakeClose(1000)]));
        Assert.Equal(["Tearly"], run.Messages);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 1)]
    [InlineData(125, 1)]
    [InlineData(126, 3)]
    [InlineData(127, 3)]
    [InlineData(16_000, 3)]
    public async Task A_message_sent_has_the_shortest_form_of_its_length(int length, int lengthBytes)
    {
        var payload = DeterministicBytes.Make(length, 3);
        var handler = new RecordingHandler().OnTransmitDo(Send);
        await using var run = await WsScript.PlayAsync(
            static (_, _) => Task.CompletedTask,
            "\"ws_binary\": true",
            handler: handler,
            whenConnected: static stream =>
            {
                stream.RequestTransmit();
                return Task.CompletedTask;
            });
        var frame = run.Frames[0];
        Assert.Equal(RawFrame.Fin | RawFrame.Binary, frame.First);
        Assert.True(frame.Masked);
        Assert.Equal(lengthBytes, frame.LengthBytes);
        Assert.Equal(payload, frame.Payload);

        SsTransmitResult Send(SecureStream stream, scoped ref SsTransmit tx)
        {
            payload.CopyTo(tx.Buffer);
            tx.Commit(length, SsTxFlags.WholeMessage | SsTxFlags.EndOfStream);
            return SsTransmitResult.Send;
        }
    }

    [Fact]
    public async Task A_message_sent_in_pieces_is_fragments_of_one_message_cut_where_the_handler_cut()
    {
        var bytes = Encoding.UTF8.GetBytes(Text);
        for (var first = 0; first <= bytes.Length; first++)
        {
            var at = first;
            var handler = new RecordingHandler().OnTransmitDo(Send);
            await using var run = await WsScript.PlayAsync(
                static (_, _) => Task.CompletedTask,
                handler: handler,
                whenConnected: static stream =>
                {
                    stream.RequestTransmit();
                    return Task.CompletedTask;
                });
            Assert.Equal([RawFrame.Text, RawFrame.Fin, RawFrame.Fin | RawFrame.Close], run.Frames.Select(static frame => frame.First));
            Assert.Equal(bytes[..at], run.Frames[0].Payload);
            Assert.Equal(bytes[at..], run.Frames[1].Payload);

            SsTransmitResult Send(SecureStream stream, scoped ref SsTransmit tx)
            {
                bytes.AsSpan(0, at).CopyTo(tx.Buffer);
                tx.Commit(at, SsTxFlags.StartOfMessage);
                bytes.AsSpan(at).CopyTo(tx.Buffer);
                tx.Commit(bytes.Length - at, SsTxFlags.EndOfMessage | SsTxFlags.EndOfStream);
                return SsTransmitResult.Send;
            }
        }
    }
}
