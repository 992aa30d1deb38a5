using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace SecureStreams.Codecs.Multipart;

/// <summary>The media type of a multipart body, as it stands in a Content-Type header (RFC 9110 section 8.3.1, RFC 2046 section 5.1).</summary>
public static class MultipartContentType
{
    private const string Type = "multipart/";

    /// <summary>Whether <paramref name="contentType"/> names a multipart of any kind. A kind that is not known is to be treated like multipart/mixed.</summary>
    /// <param name="contentType">The header's value.</param>
    public static bool IsMultipart(ReadOnlySpan<char> contentType) => contentType.TrimStart(" \t").StartsWith(Type, StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads the boundary.</summary>
    /// <param name="contentType">The header's value, such as <c>multipart/related; boundary="abc"; type="text/xml"</c>.</param>
    /// <param name="boundary">The boundary, without quotes.</param>
    /// <returns>Whether it is a multipart with one valid boundary.</returns>
    public static bool TryReadBoundary(ReadOnlySpan<char> contentType, [NotNullWhen(true)] out string? boundary)
    {
        boundary = null;
        if (!IsMultipart(contentType))
            return false;

        var at = contentType.IndexOf(';');
        var rest = at < 0 ? default : contentType[at..];
        while (!rest.IsEmpty)
        {
            rest = rest[1..].TrimStart(" \t");
            if (rest.IsEmpty || rest[0] == ';')
                continue;
            if (!TryReadParameter(ref rest, out var name, out var value))
            {
                boundary = null;
                return false;
            }

            if (!name.Equals("boundary", StringComparison.OrdinalIgnoreCase))
                continue;

            // Two that differ: each reader of the body would see other parts.
            if (boundary is not null && boundary != value)
            {
                boundary = null;
                return false;
            }

            boundary = value;
        }

        if (boundary is not null && !MultipartBoundary.IsValid(boundary))
            boundary = null;
        return boundary is not null;
    }

    /// <summary>One <c>name=value</c>; what is left begins with a semicolon or is empty.</summary>
    private static bool TryReadParameter(ref ReadOnlySpan<char> rest, out ReadOnlySpan<char> name, out string value)
    {
        value = "";
        name = default;
        var equals = rest.IndexOfAny('=', ';');
        if (equals <= 0 || rest[equals] != '=')
            return false;
        name = rest[..equals].TrimEnd(" \t");
        rest = rest[(equals + 1)..].TrimStart(" \t");
        if (rest.IsEmpty || rest[0] != '"')
        {
            var end = rest.IndexOf(';');
            value = (end < 0 ? rest : rest[..end]).TrimEnd(" \t").ToString();
            rest = end < 0 ? default : rest[end..];
            return true;
        }

        var text = new StringBuilder();
        for (var i = 1; i < rest.Length; i++)
        {
            if (rest[i] == '"')
            {
                value = text.ToString();
                rest = rest[(i + 1)..].TrimStart(" \t");
                return rest.IsEmpty || rest[0] == ';';
            }

            if (rest[i] == '\\' && ++i == rest.Length)
                return false;
            text.Append(rest[i]);
        }

        return false;
    }
}
