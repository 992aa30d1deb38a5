using SecureStreams.TestSupport.Handlers;
using SecureStreams.Transports;

namespace SecureStreams.Tests.Transports.Http;

/// <summary>tx callbacks for tests.</summary>
internal static class Supply
{
    /// <summary>Deterministic bytes in pieces of at most <paramref name="piece"/>; the end is a flag of its own piece unless the length is announced.</summary>
    public static Func<TransportWriter, bool> Bytes(long length, int piece = int.MaxValue, bool end = true)
    {
        long position = 0;
        var ended = false;
        return writer =>
        {
            if (ended || (position == length && !end))
                return false;
            do
            {
                var span = writer.GetSpan();
                var take = (int)Math.Min(Math.Min(span.Length, piece), length - position);
                DeterministicBytes.Fill(span[..take], position);
                position += take;
                ended = end && position == length;
                writer.Advance(take, ended ? SsTxFlags.EndOfMessage : SsTxFlags.None);
            }
            while (position < length && writer.MoreRoom);
            return true;
        };
    }

    /// <summary>One text in one piece, ended.</summary>
    public static Func<TransportWriter, bool> Text(string text, SsTxFlags flags = SsTxFlags.WholeMessage)
    {
        return writer =>
        {
            writer.Advance(System.Text.Encoding.UTF8.GetBytes(text, writer.GetSpan()), flags);
            return true;
        };
    }
}
