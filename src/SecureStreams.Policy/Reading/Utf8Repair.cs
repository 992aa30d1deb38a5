using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace SecureStreams.Policy;

/// <summary>Text that can be read on: bytes that are not UTF-8 become question marks, so that every offset stays and the rest is judged as well.</summary>
internal static class Utf8Repair
{
    /// <summary>The text itself when it is valid; then <paramref name="invalid"/> is null. Else it has no more entries than can be reported.</summary>
    public static ReadOnlyMemory<byte> Run(ReadOnlyMemory<byte> text, out List<(int Offset, byte Byte)>? invalid)
    {
        var span = text.Span;
        invalid = null;
        if (Utf8.IsValid(span))
            return text;

        invalid = [];
        byte[]? repaired = null;
        for (var at = NextNotAscii(span, 0); at < span.Length; at = NextNotAscii(span, at))
        {
            var status = Rune.DecodeFromUtf8(span[at..], out _, out var length);
            if (status != OperationStatus.Done)
            {
                if (invalid.Count <= DiagnosticBag.Limit)
                    invalid.Add((at, span[at]));
                repaired ??= text.ToArray();
                repaired.AsSpan(at, length).Fill((byte)'?');
            }

            at += length;
        }

        return repaired ?? text;
    }

    private static int NextNotAscii(ReadOnlySpan<byte> text, int from)
    {
        var next = text[from..].IndexOfAnyExceptInRange((byte)0, (byte)0x7F);
        return next < 0 ? text.Length : from + next;
    }
}
