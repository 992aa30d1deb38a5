using System.Globalization;
using SecureStreams.TestSupport.Checks;
using SecureStreams.Tests.Transports.WebSocket.Conformance;

namespace SecureStreams.Interop.Tests.WebSocket.Verdicts;

/// <summary>What a peer makes of bytes: the code of the close frame that it sends, 0 for one without, <see cref="Taken"/>, or <see cref="Ended"/>.</summary>
internal static class Verdict
{
    /// <summary>It has nothing against them: it answers the ping behind them.</summary>
    public const string Taken = "taken";

    /// <summary>It ends the connection, and says nothing.</summary>
    public const string Ended = "ended";

    private static readonly byte[] Probe = "are you there"u8.ToArray();

    /// <summary>Sends the bytes and a ping, and sees what comes. Which it is never depends on time: nothing is ended on this side before.</summary>
    /// <param name="stream">An upgraded connection.</param>
    /// <param name="bytes">The bytes; whole frames, lest the ping be taken for a part of one.</param>
    /// <param name="mask">The key for the ping; null in the role of a server.</param>
    public static async Task<string> OfAsync(Stream stream, byte[] bytes, uint? mask)
    {
        try
        {
            await stream.WriteAsync((byte[])[.. bytes, .. RawFrame.Make(RawFrame.Fin | RawFrame.Ping, Probe, mask)]).AsTask().OrFail(static () => "The bytes are not taken.");
        }
        catch (IOException)
        {
            // It has heard enough and ended the connection; what it said first is there to be read.
        }

        try
        {
            return await ReadAsync(stream).OrFail(() => $"Nothing is said to {Convert.ToHexString(bytes.AsSpan(0, Math.Min(16, bytes.Length)))}, and the connection stays.");
        }
        catch (IOException)
        {
            return Ended;
        }
    }

    private static async Task<string> ReadAsync(Stream stream)
    {
        while (await RawFrame.ReadAsync(stream, CancellationToken.None) is { } frame)
        {
            if (frame.Opcode == RawFrame.Close)
                return frame.CloseCode.ToString(CultureInfo.InvariantCulture);
            if (frame.Opcode == RawFrame.Pong && frame.Payload.AsSpan().SequenceEqual(Probe))
                return Taken;
        }

        return Ended;
    }
}
