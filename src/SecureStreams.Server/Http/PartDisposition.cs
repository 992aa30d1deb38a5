using System.Text;

namespace SecureStreams.Server.Http;

/// <summary>
/// The <c>Content-Disposition</c> of a part of multipart/form-data (RFC 7578 section 4.2): what it is called, and the file that it is. Pure. What browsers percent-encode in it (quotes, line
/// ends) stays so; <c>filename*</c>, which the RFC forbids here, is not read.
/// </summary>
internal static class PartDisposition
{
    /// <summary>Reads it.</summary>
    /// <param name="value">The header; null for none.</param>
    /// <param name="name">The name of the part; null for none.</param>
    /// <param name="fileName">The name of its file, as the client gives it: it may be a path, and is to be trusted in nothing. Null for none.</param>
    public static void Read(string? value, out string? name, out string? fileName)
    {
        (name, fileName) = (null, null);
        var rest = value.AsSpan();
        while (rest.IndexOf(';') is var at and >= 0)
        {
            rest = rest[(at + 1)..].TrimStart(" \t");
            var equals = rest.IndexOfAny('=', ';');
            if (equals < 0)
                return;
            if (rest[equals] == ';')
                continue;
            var parameter = rest[..equals].TrimEnd(" \t");
            rest = rest[(equals + 1)..].TrimStart(" \t");
            var text = rest is ['"', ..] ? Quoted(ref rest) : Token(ref rest);

            // The first counts.
            if (parameter.Equals("name", StringComparison.OrdinalIgnoreCase))
                name ??= text;
            else if (parameter.Equals("filename", StringComparison.OrdinalIgnoreCase))
                fileName ??= text;
        }
    }

    private static string Token(ref ReadOnlySpan<char> rest)
    {
        var end = rest.IndexOf(';');
        var text = (end < 0 ? rest : rest[..end]).TrimEnd(" \t").ToString();
        rest = end < 0 ? default : rest[end..];
        return text;
    }

    private static string Quoted(ref ReadOnlySpan<char> rest)
    {
        var text = new StringBuilder();
        var i = 1;
        for (; i < rest.Length && rest[i] != '"'; i++)
        {
            // A backslash before anything else is one: some clients send paths of Windows as they are.
            if (rest[i] == '\\' && i + 1 < rest.Length && rest[i + 1] is '"' or '\\')
                i++;
            text.Append(rest[i]);
        }

        rest = i < rest.Length ? rest[(i + 1)..] : default;
        return text.ToString();
    }
}
