using System.Text;

namespace SecureStreams.Codecs.Multipart;

/// <summary>The framing of a multipart/form-data body that is sent (RFC 7578): what stands before, between and after the payloads of its parts. Pure.</summary>
public static class MultipartWriter
{
    /// <summary>What stands before the payload of a part.</summary>
    /// <param name="boundary">The boundary of the whole body.</param>
    /// <param name="isFirst">Whether it is the first part; the others end the one before.</param>
    /// <param name="name">
    /// Its name. It may be any text: quotes and line breaks are percent-encoded, as browsers do (HTML Standard, "multipart form data"), so that it cannot forge a header or another parameter.
    /// </param>
    /// <param name="fileName">The name of the file that it is, treated as <paramref name="name"/>; null where it is none.</param>
    /// <param name="contentType">Its type; null says nothing, which means text/plain to the receiver.</param>
    /// <returns>Bytes to send.</returns>
    /// <exception cref="ArgumentException">The boundary is none, or the type has a control character.</exception>
    public static byte[] PartHead(string boundary, bool isFirst, string name, string? fileName = null, string? contentType = null)
    {
        ThrowIfInvalid(boundary);
        ArgumentNullException.ThrowIfNull(name);
        if (contentType is not null && contentType.AsSpan().ContainsAnyInRange('\0', '\x1f'))
            throw new ArgumentException("The type of a part has a control character, which could forge a header.", nameof(contentType));

        var head = new StringBuilder(128).Append(isFirst ? "--" : "\r\n--").Append(boundary).Append("\r\nContent-Disposition: form-data; name=\"");
        AppendQuoted(head, name);
        head.Append('"');
        if (fileName is not null)
        {
            head.Append("; filename=\"");
            AppendQuoted(head, fileName);
            head.Append('"');
        }

        if (contentType is not null)
            head.Append("\r\nContent-Type: ").Append(contentType);
        return Encoding.UTF8.GetBytes(head.Append("\r\n\r\n").ToString());
    }

    /// <summary>What stands after the payload of the last part.</summary>
    /// <param name="boundary">The boundary of the whole body.</param>
    /// <returns>Bytes to send.</returns>
    /// <exception cref="ArgumentException">The boundary is none.</exception>
    public static byte[] End(string boundary)
    {
        ThrowIfInvalid(boundary);
        return Encoding.ASCII.GetBytes($"\r\n--{boundary}--\r\n");
    }

    private static void AppendQuoted(StringBuilder head, string text)
    {
        foreach (var c in text)
        {
            switch (c)
            {
                case '"':
                    head.Append("%22");
                    break;
                case '\r':
                    head.Append("%0D");
                    break;
                case '\n':
                    head.Append("%0A");
                    break;
                case '\0':
                    // Browsers let it pass; receivers written in C end the name there.
                    head.Append("%00");
                    break;
                default:
                    head.Append(c);
                    break;
            }
        }
    }

    private static void ThrowIfInvalid(string boundary)
    {
        ArgumentNullException.ThrowIfNull(boundary);
        if (!MultipartBoundary.IsValid(boundary))
            throw new ArgumentException("A boundary has 1 to 70 of the characters that RFC 2046 allows, and no blank at its end.", nameof(boundary));
    }
}
