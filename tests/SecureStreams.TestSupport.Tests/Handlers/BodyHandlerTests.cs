using System.Security.Cryptography;
using SecureStreams.TestSupport.Handlers;

namespace SecureStreams.TestSupport.Tests.Handlers;

public class BodyHandlerTests
{
    private readonly FakeStream _stream = new();

    [Fact]
    public void Sends_the_body_in_pieces_with_flags_and_asks_for_more_room()
    {
        using var handler = Connecting(new BodyHandler(DeterministicBytes.Make(10)));
        var first = Transmit(handler, pieceSize: 4, pieces: 2);
        Assert.Equal([(4, SsTxFlags.StartOfMessage), (4, SsTxFlags.None)], Shape(first));
        Assert.Equal(1, _stream.TransmitRequests);

        var second = Transmit(handler, pieceSize: 4, pieces: 2);
        Assert.Equal([(2, SsTxFlags.EndOfMessage)], Shape(second));
        Assert.Equal(1, _stream.TransmitRequests);
        Assert.Equal(10, handler.Sent);
        Assert.Equal(DeterministicBytes.Make(10), Bytes(first, second));

        Assert.Empty(Transmit(handler, pieceSize: 4, pieces: 2));
    }

    [Fact]
    public void Begins_again_in_every_attempt()
    {
        using var handler = Connecting(new BodyHandler(DeterministicBytes.Open(10)));
        Transmit(handler, 4, 1);
        handler.OnReceive(_stream, "part"u8, SsRxFlags.StartOfMessage);
        handler.OnState(_stream, new SsStateChange(SsState.Unreachable));
        handler.OnState(_stream, new SsStateChange(SsState.Connecting));

        Assert.Equal(DeterministicBytes.Make(10), Bytes(Transmit(handler, 10, 1)));
        Assert.Equal(2, handler.Attempts);
        Assert.Equal(0, handler.BodyReceived);
        handler.AssertClean();
    }

    [Fact]
    public void An_empty_body_is_one_empty_whole_message()
    {
        using var handler = Connecting(new BodyHandler([]));
        Assert.Equal([(0, SsTxFlags.WholeMessage)], Shape(Transmit(handler, 4, 2)));
    }

    [Fact]
    public void Hashes_the_body_that_comes_back()
    {
        using var handler = Connecting(new BodyHandler());
        handler.OnState(_stream, new SsStateChange(SsState.Connected));
        handler.OnReceive(_stream, "hello "u8, SsRxFlags.StartOfMessage);
        Assert.False(handler.BodyComplete);
        handler.OnReceive(_stream, "world"u8, SsRxFlags.None);
        handler.OnReceive(_stream, [], SsRxFlags.EndOfMessage);

        Assert.True(handler.BodyComplete);
        Assert.Equal(11, handler.BodyReceived);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData("hello world"u8)), handler.BodyReceivedSha256);
        handler.AssertClean();
    }

    [Fact]
    public void Deterministic_bytes_are_the_same_from_any_position_and_differ_by_seed()
    {
        var whole = DeterministicBytes.Make(1000, seed: 3);
        var part = new byte[500];
        DeterministicBytes.Fill(part, 123, seed: 3);
        Assert.Equal(whole[123..623], part);
        Assert.NotEqual(whole, DeterministicBytes.Make(1000, seed: 4));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(whole)), DeterministicBytes.Sha256(1000, seed: 3));
        using var read = new MemoryStream();
        DeterministicBytes.Open(1000, seed: 3).CopyTo(read);
        Assert.Equal(whole, read.ToArray());

        // Not periodic in any way a truncated or repeated block could hide behind.
        Assert.True(DeterministicBytes.Make(65536).Chunk(8).Select(Convert.ToHexString).Distinct().Count() == 8192);
    }

    private static List<(int Length, SsTxFlags Flags)> Shape(List<(byte[] Bytes, SsTxFlags Flags)> committed) =>
        [.. committed.Select(static piece => (piece.Bytes.Length, piece.Flags))];

    private static byte[] Bytes(params List<(byte[] Bytes, SsTxFlags Flags)>[] committed) =>
        [.. committed.SelectMany(static one => one).SelectMany(static piece => piece.Bytes)];

    private BodyHandler Connecting(BodyHandler handler)
    {
        handler.OnState(_stream, new SsStateChange(SsState.Creating));
        handler.OnState(_stream, new SsStateChange(SsState.Connecting));
        return handler;
    }

    private List<(byte[] Bytes, SsTxFlags Flags)> Transmit(BodyHandler handler, int pieceSize, int pieces)
    {
        var buffer = new FakeTransmitBuffer(pieceSize, pieces);
        var tx = new SsTransmit(buffer);
        handler.OnTransmit(_stream, ref tx);
        return buffer.Committed;
    }
}
