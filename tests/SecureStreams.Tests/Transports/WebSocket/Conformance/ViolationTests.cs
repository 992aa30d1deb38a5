using System.Text;

namespace SecureStreams.Tests.Transports.WebSocket.Conformance;

/// <summary>A server that breaks the protocol: what the client tells it, and what the stream is told.</summary>
public class ViolationTests
{
    /// <summary>Name, what the server sends, and the close code that answers it.</summary>
    public static TheoryData<string, string, int> Broken => Violations.Of(mask: null);

    [Theory]
    [MemberData(nameof(Broken))]
    public async Task What_the_protocol_forbids_is_answered_and_told(string name, string bytes, int code)
    {
        Assert.NotEmpty(name);
        await using var run = await WsScript.PlayAsync(Convert.FromHexString(bytes));
        Assert.Equal(code, run.Close.CloseCode);
        Assert.NotEmpty(run.Close.CloseReason);
        Assert.Equal((SsPhase.Protocol, SsCauseCode.ProtocolError, code), (run.Cause.Phase, run.Cause.Code, run.Cause.Status));
        Assert.Contains($"close code {code}", run.Detail.Message, StringComparison.Ordinal);
        Assert.Equal("Creating Connecting Connected Disconnected", run.Handler.Story);
    }

    [Theory]
    [InlineData("C080")]
    [InlineData("EDA080")]
    [InlineData("F4908080")]
    [InlineData("F8888080 80")]
    [InlineData("FF")]
    [InlineData("CEBAE1BDB9CF83CEBCCEB5 EDA080 656469746564")]
    public async Task A_text_that_is_not_UTF8_is_refused_and_none_of_its_last_piece_is_received(string hex)
    {
        var bytes = Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
        await using var run = await WsScript.PlayAsync([.. RawFrame.Make(RawFrame.Fin | RawFrame.Text, "first"u8), .. RawFrame.Make(RawFrame.Fin | RawFrame.Text, bytes)]);
        Assert.Equal(1007, run.Close.CloseCode);
        Assert.Equal((SsPhase.Protocol, SsCauseCode.ProtocolError, 1007), (run.Cause.Phase, run.Cause.Code, run.Cause.Status));
        Assert.Equal(["Tfirst"], run.Messages);
    }

    [Fact]
    public async Task A_text_with_a_wrong_byte_anywhere_is_refused_and_never_whole()
    {
        foreach (var (name, bytes) in WrongTexts.Of(mask: null))
        {
            await using var run = await WsScript.PlayAsync(bytes);
            Assert.True(run.Close.CloseCode == 1007 && run.Close.CloseReason.Length > 0, $"{name}: answered with {run.Close.CloseCode} \"{run.Close.CloseReason}\"");
            Assert.True((run.Cause.Phase, run.Cause.Code, run.Cause.Status) == (SsPhase.Protocol, SsCauseCode.ProtocolError, 1007), $"{name}: told as {run.Cause}");
            Assert.DoesNotContain(run.Messages, static message => message[0] == 'T');
        }
    }

    [Fact]
    public async Task A_wrong_byte_of_a_frame_that_is_still_under_way_is_found()
    {
        // The frame announces 100 bytes; 5 come, and nothing more.
        await using var run = await WsScript.PlayAsync([0x81, 100, (byte)'a', (byte)'b', 0xE2, 0x82, 0x41]);
        Assert.Equal(1007, run.Close.CloseCode);
    }

    [Theory]
    [InlineData(100, 101)]
    [InlineData(100, 126)]
    [InlineData(100, 65536)]
    [InlineData(65536, 65537)]
    public async Task A_frame_longer_than_a_message_may_be_is_refused_before_its_payload(int allowed, int length)
    {
        // Only the header comes.
        var header = RawFrame.Make(RawFrame.Fin | RawFrame.Binary, new byte[length])[..^length];
        await using var run = await WsScript.PlayAsync(header, $"\"max_message_bytes\": {allowed}");
        Assert.Equal(1009, run.Close.CloseCode);
        Assert.Equal((SsPhase.Payload, SsCauseCode.PayloadTooLarge, 1009), (run.Cause.Phase, run.Cause.Code, run.Cause.Status));
        Assert.Contains("max_message_bytes", run.Detail.Message, StringComparison.Ordinal);
        Assert.Equal("x", run.Detail.StreamType);
        Assert.NotNull(run.Detail.Policy);
    }

    [Fact]
    public async Task A_frame_of_all_lengths_that_there_are_is_refused()
    {
        await using var run = await WsScript.PlayAsync([0x82, 127, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]);
        Assert.Equal(1009, run.Close.CloseCode);
    }

    [Fact]
    public async Task Fragments_that_together_are_too_long_are_refused()
    {
        byte[] fragments = [.. RawFrame.Make(RawFrame.Text, new byte[60]), .. RawFrame.Make(0, new byte[40]), .. RawFrame.Make(0, []), .. RawFrame.Make(0, new byte[1])];
        await using var run = await WsScript.PlayAsync(fragments, "\"max_message_bytes\": 100");
        Assert.Equal(1009, run.Close.CloseCode);
        await using var fits = await WsScript.PlayAsync([.. fragments[..^3], .. RawFrame.Make(RawFrame.Fin, []), .. RawFrame.MakeClose(1000)], "\"max_message_bytes\": 100");
        Assert.Equal(1000, fits.Close.CloseCode);
        Assert.Equal(101, Assert.Single(fits.Messages).Length);
    }

    [Fact]
    public async Task A_violation_is_found_however_the_bytes_come()
    {
        byte[] bytes = [.. RawFrame.Make(RawFrame.Fin | RawFrame.Text, "fine"u8), .. RawFrame.Make(RawFrame.Fin | RawFrame.Ping, "p"u8), .. RawFrame.Make(RawFrame.Fin | 0x20 | RawFrame.Text, [])];
        await using var run = await WsScript.PlayAsync(bytes, pieces: 1);
        Assert.Equal(1002, run.Close.CloseCode);
        Assert.Equal(["Tfine"], run.Messages);
        Assert.Equal("p", Encoding.ASCII.GetString(Assert.Single(run.Frames, static frame => frame.Opcode == RawFrame.Pong).Payload));
    }

    [Fact]
    public async Task Every_frame_of_the_client_is_masked_with_a_key_of_its_own()
    {
        await using var run = await WsScript.PlayAsync([.. RawFrame.Make(RawFrame.Fin | RawFrame.Ping, []), .. RawFrame.Make(RawFrame.Fin | RawFrame.Ping, "b"u8), .. RawFrame.MakeClose(1000)]);
        Assert.Equal(3, run.Frames.Count);
        Assert.All(run.Frames, static frame => Assert.True(frame.Masked));
        Assert.All(run.Frames, static frame => Assert.Equal(RawFrame.Fin, frame.First & 0xF0));
    }
}
