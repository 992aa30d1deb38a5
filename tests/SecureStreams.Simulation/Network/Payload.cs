using SecureStreams.Simulation.Engine;

namespace SecureStreams.Simulation.Network;

/// <summary>
/// What is sent, in either direction: messages of one to three pieces. Lengths follow from the stream, content from the attempt, so that whoever receives knows each
/// byte there should be, and a piece that is lost, doubled, swapped, cut or of another connection is seen.
/// </summary>
internal static class Payload
{
    public const int LargestPiece = 280;

    /// <summary>How many pieces message <paramref name="message"/> has.</summary>
    public static int Pieces(int stream, bool down, int message) => 1 + (int)(Key(stream, down, message) % 3);

    /// <summary>The length of one piece in bytes, 1 to <see cref="LargestPiece"/>.</summary>
    public static int Length(int stream, bool down, int message, int piece) =>
        1 + (int)(SimRandom.Mix(Key(stream, down, message) + (ulong)piece) % LargestPiece);

    /// <summary>The length of a whole message.</summary>
    public static int Total(int stream, bool down, int message)
    {
        var total = 0;
        for (var piece = 0; piece < Pieces(stream, down, message); piece++)
            total += Length(stream, down, message, piece);
        return total;
    }

    /// <summary>Writes the content of a piece.</summary>
    public static void Fill(Span<byte> piece, int attempt, int message, int number)
    {
        var state = Seed(attempt, message, number);
        while (piece.Length >= 8)
        {
            System.Buffers.Binary.BinaryPrimitives.WriteUInt64LittleEndian(piece, state);
            piece = piece[8..];
            state = state * 6364136223846793005 + 1442695040888963407;
        }

        for (var i = 0; i < piece.Length; i++)
            piece[i] = (byte)(state >> (8 * i));
    }

    /// <summary>Whether <paramref name="piece"/> is what <see cref="Fill"/> wrote.</summary>
    public static bool Check(ReadOnlySpan<byte> piece, int attempt, int message, int number)
    {
        Span<byte> expected = stackalloc byte[LargestPiece];
        if (piece.Length > LargestPiece)
            return false;
        expected = expected[..piece.Length];
        Fill(expected, attempt, message, number);
        return piece.SequenceEqual(expected);
    }

    private static ulong Key(int stream, bool down, int message) => SimRandom.Mix(((ulong)(uint)stream << 33) | ((ulong)(uint)message << 1) | (down ? 1UL : 0));

    private static ulong Seed(int attempt, int message, int number) => SimRandom.Mix(((ulong)(uint)attempt << 32) | ((ulong)(uint)message << 2) | (uint)number);
}
