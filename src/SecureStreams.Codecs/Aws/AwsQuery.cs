using System.Buffers;

namespace SecureStreams.Codecs.Aws;

/// <summary>The query of a canonical request: each name and value in the one encoded form, sorted by it.</summary>
internal static class AwsQuery
{
    /// <summary>Appends it. A plus sign is one, as in RFC 3986; who means a space writes %20.</summary>
    /// <param name="query">The query as on the wire, without its question mark.</param>
    /// <param name="text">Where to.</param>
    public static void Append(scoped ReadOnlySpan<byte> query, ref AwsText text)
    {
        var pieces = ArrayPool<Piece>.Shared.Rent(query.Count((byte)'&') + 1);
        var encoded = new AwsText([]);
        byte[]? bytes = null;
        try
        {
            var count = 0;
            foreach (var range in query.Split((byte)'&'))
            {
                var piece = query[range];
                if (piece.IsEmpty)
                    continue;
                var equals = piece.IndexOf((byte)'=');
                var start = encoded.Length;
                AwsEncoding.Append(equals < 0 ? piece : piece[..equals], ref encoded, keepSlash: false, decode: true);
                var nameEnd = encoded.Length;
                if (equals >= 0)
                    AwsEncoding.Append(piece[(equals + 1)..], ref encoded, keepSlash: false, decode: true);
                pieces[count++] = new Piece(start, nameEnd, encoded.Length);
            }

            bytes = ArrayPool<byte>.Shared.Rent(encoded.Length);
            encoded.Written.CopyTo(bytes);
            pieces.AsSpan(0, count).Sort(new Order(bytes));
            for (var i = 0; i < count; i++)
            {
                if (i > 0)
                    text.Append((byte)'&');
                text.Append(bytes.AsSpan(pieces[i].Start, pieces[i].NameEnd - pieces[i].Start));
                text.Append((byte)'=');
                text.Append(bytes.AsSpan(pieces[i].NameEnd, pieces[i].End - pieces[i].NameEnd));
            }
        }
        finally
        {
            encoded.Dispose();
            ArrayPool<Piece>.Shared.Return(pieces);
            if (bytes is not null)
                ArrayPool<byte>.Shared.Return(bytes, clearArray: true); // A query may hold whatever an application puts there.
        }
    }

    private readonly record struct Piece(int Start, int NameEnd, int End);

    private readonly struct Order(byte[] bytes) : IComparer<Piece>
    {
        public int Compare(Piece x, Piece y)
        {
            var names = bytes.AsSpan(x.Start, x.NameEnd - x.Start).SequenceCompareTo(bytes.AsSpan(y.Start, y.NameEnd - y.Start));
            return names != 0 ? names : bytes.AsSpan(x.NameEnd, x.End - x.NameEnd).SequenceCompareTo(bytes.AsSpan(y.NameEnd, y.End - y.NameEnd));
        }
    }
}
