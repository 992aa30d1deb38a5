using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;

namespace SecureStreams.Codecs.Http;

/// <summary>The head of an HTTP/1.1 message: its first line and its fields (RFC 9112). Immutable.</summary>
/// <remarks>Reading is strict: lines end in CR LF, none is folded, names are tokens, and values have no control characters.</remarks>
public sealed class HttpHead
{
    /// <summary>How many fields a head may have.</summary>
    public const int MaxFields = 200;

    private HttpHead(string firstLine, ImmutableArray<HttpField> fields)
    {
        FirstLine = firstLine;
        Fields = fields;
    }

    /// <summary>The status line or the request line.</summary>
    public string FirstLine { get; }

    /// <summary>The fields in the order in which they came.</summary>
    public ImmutableArray<HttpField> Fields { get; }

    /// <summary>Where the head ends in <paramref name="bytes"/>: the place behind its empty line; -1 while that is not there.</summary>
    /// <param name="bytes">What arrived, from the head's first byte on.</param>
    /// <param name="from">How much of it was looked at before.</param>
    public static int FindEnd(ReadOnlySpan<byte> bytes, int from)
    {
        // The mark may have been cut.
        var start = Math.Max(0, from - 3);
        var at = bytes[start..].IndexOf("\r\n\r\n"u8);
        return at < 0 ? -1 : start + at + 4;
    }

    /// <summary>Reads a whole head, the empty line included.</summary>
    /// <param name="bytes">The head.</param>
    /// <param name="head">What it says.</param>
    /// <returns>What is wrong with it, in words that follow "the head"; or null.</returns>
    public static string? Parse(ReadOnlySpan<byte> bytes, out HttpHead? head)
    {
        head = null;
        if (!bytes.EndsWith("\r\n\r\n"u8))
            return "has no end";
        bytes = bytes[..^2];
        var line = NextLine(ref bytes);
        if (line.IsEmpty || line.ContainsAnyExceptInRange((byte)0x20, (byte)0xff))
            return "begins with a line that is empty or has control characters in it";

        var firstLine = HttpCommonText.Of(line) ?? Encoding.UTF8.GetString(line);
        var fields = new HttpField[Math.Min(MaxFields, bytes.Count("\r\n"u8))];
        var count = 0;
        while (!bytes.IsEmpty)
        {
            line = NextLine(ref bytes);
            var colon = line.IndexOf((byte)':');
            if (colon <= 0 || !IsToken(line[..colon]))
                return "has a field without a proper name";
            var value = line[(colon + 1)..].Trim(" \t"u8);
            foreach (var one in value)
            {
                if (one is < 0x20 and not (byte)'\t' or 0x7f)
                    return $"has a control character in field '{Encoding.ASCII.GetString(line[..Math.Min(colon, 40)])}'";
            }

            if (count == MaxFields)
                return $"has more than {MaxFields} fields";
            var name = line[..colon];
            fields[count++] = new HttpField(HttpCommonText.Of(name) ?? Encoding.ASCII.GetString(name), HttpCommonText.Of(value) ?? Encoding.UTF8.GetString(value));
        }

        // Each line was a field.
        head = new HttpHead(firstLine, ImmutableCollectionsMarshal.AsImmutableArray(fields));
        return null;
    }

    /// <summary>The value of a field, several joined by ", "; null when it is absent.</summary>
    public string? Find(string name)
    {
        string? found = null;
        foreach (var field in Fields)
        {
            if (string.Equals(field.Name, name, StringComparison.OrdinalIgnoreCase))
                found = found is null ? field.Value : $"{found}, {field.Value}";
        }

        return found;
    }

    /// <summary>Whether the value of a field, read as a list, has <paramref name="token"/> in it, whatever its case.</summary>
    public bool Has(string name, string token) => HttpTokens.Contains(Find(name), token);

    /// <summary>Reads the first line as a status line.</summary>
    /// <param name="status">The status, 100 to 999.</param>
    /// <returns>Whether it is one of HTTP/1.1 (or 1.0, whose upgrades are none).</returns>
    public bool TryReadStatus(out int status)
    {
        status = 0;
        var line = FirstLine.AsSpan();
        if (line.Length < 12 || !line.StartsWith("HTTP/1.") || !char.IsAsciiDigit(line[7]) || line[8] != ' ' || (line.Length > 12 && line[12] != ' '))
            return false;
        foreach (var digit in line[9..12])
        {
            if (!char.IsAsciiDigit(digit))
                return false;
            status = (status * 10) + digit - '0';
        }

        return status >= 100;
    }

    /// <summary>Reads the first line as a request line of HTTP/1.1.</summary>
    /// <param name="method">The method.</param>
    /// <param name="target">The target: path and query.</param>
    public bool TryReadRequest(out string method, out string target)
    {
        method = target = "";
        var parts = FirstLine.Split(' ');
        if (parts.Length != 3 || parts[2] != "HTTP/1.1" || parts[0].Length == 0 || parts[1].Length == 0)
            return false;
        (method, target) = (parts[0], parts[1]);
        return true;
    }

    private static ReadOnlySpan<byte> NextLine(ref ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOf("\r\n"u8);
        var line = bytes[..end];
        bytes = bytes[(end + 2)..];
        return line;
    }

    private static bool IsToken(ReadOnlySpan<byte> name)
    {
        foreach (var one in name)
        {
            if (!HttpTokens.IsTokenCharacter((char)one))
                return false;
        }

        return true;
    }
}
