using System.Text;

namespace SecureStreams.Tests.Transports.WebSocket.Conformance;

/// <summary>Texts that are not UTF-8: a wrong byte at every position there is, and every end inside a character, as a whole message and in fragments. Each is answered with 1007.</summary>
internal static class WrongTexts
{
    /// <summary>What is wrong and how it comes, and the bytes. No text among them is ended rightly.</summary>
    /// <param name="mask">The key of the peer's frames; null for a server's.</param>
    public static IEnumerable<(string Name, byte[] Bytes)> Of(uint? mask)
    {
        // Characters of one to four bytes.
        var text = Encoding.UTF8.GetBytes("aé€😀z");
        for (var at = 0; at < text.Length; at++)
        {
            var wrong = text.ToArray();
            wrong[at] = 0xFF;
            yield return ($"byte {at} is wrong, whole", Frame(RawFrame.Fin | RawFrame.Text, wrong));

            // The message goes on: the first byte that cannot be decides, not its end.
            yield return ($"byte {at} is wrong, the first of a fragment", [.. Frame(RawFrame.Text, wrong.AsSpan(0, at)), .. Frame(0, wrong.AsSpan(at))]);
            yield return ($"byte {at} is wrong, each a fragment with a ping behind it", [.. Enumerable.Range(0, at + 1).SelectMany(one => Single(wrong, one))]);
        }

        for (var length = 1; length < text.Length; length++)
        {
            if ((text[length] & 0xC0) != 0x80)
                continue;
            yield return ($"it ends behind byte {length}, whole", Frame(RawFrame.Fin | RawFrame.Text, text.AsSpan(0, length)));
            yield return ($"it ends behind byte {length}, with an empty fragment", [.. Frame(RawFrame.Text, text.AsSpan(0, length)), .. Frame(RawFrame.Fin, [])]);
        }

        byte[] Single(byte[] bytes, int at) => [.. Frame(at == 0 ? RawFrame.Text : 0, bytes.AsSpan(at, 1)), .. Frame(RawFrame.Fin | RawFrame.Ping, [(byte)at])];

        byte[] Frame(int first, ReadOnlySpan<byte> payload) => RawFrame.Make(first, payload, mask);
    }
}
