namespace SecureStreams.Server.Http;

/// <summary>What a connection speaks, by its first bytes. Pure.</summary>
internal static class HttpBeginning
{
    /// <summary>How many bytes decide at the latest.</summary>
    public const int MaxBytes = 16;

    private static ReadOnlySpan<byte> Preface => "PRI * HTTP/2.0\r\n"u8;

    /// <summary>The beginnings of requests (RFC 9110 section 9, RFC 5789).</summary>
    private static ReadOnlySpan<byte> Methods => "GET HEAD POST PUT DELETE CONNECT OPTIONS TRACE PATCH "u8;

    /// <summary>Judges what has come.</summary>
    /// <param name="bytes">The first bytes.</param>
    /// <param name="isAll">Whether no more come.</param>
    /// <returns>What it is; null while more bytes have to decide.</returns>
    public static HttpBeginningKind? Judge(ReadOnlySpan<byte> bytes, bool isAll)
    {
        var seen = Math.Min(bytes.Length, Preface.Length);
        if (bytes[..seen].SequenceEqual(Preface[..seen]))
            return seen == Preface.Length ? HttpBeginningKind.Http2 : isAll ? HttpBeginningKind.Other : null;
        for (var rest = Methods; !rest.IsEmpty;)
        {
            var method = rest[..(rest.IndexOf((byte)' ') + 1)];
            rest = rest[method.Length..];
            if (bytes.StartsWith(method))
                return HttpBeginningKind.Http1;
            if (method.StartsWith(bytes))
                return isAll ? HttpBeginningKind.Other : null;
        }

        return HttpBeginningKind.Other;
    }
}
