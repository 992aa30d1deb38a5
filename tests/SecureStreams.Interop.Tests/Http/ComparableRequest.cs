using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace SecureStreams.Interop.Tests.Http;

/// <summary>A request in a form in which equal ones of different clients are the same text.</summary>
internal static partial class ComparableRequest
{
    /// <summary>Writes one down.</summary>
    /// <param name="line">The request line.</param>
    /// <param name="headers">The headers that count, in any order.</param>
    /// <param name="body">The body.</param>
    public static string Of(string line, IEnumerable<(string Name, string Value)> headers, string body)
    {
        var all = headers.OrderBy(static one => one.Name, StringComparer.Ordinal).ToList();
        var text = new StringBuilder($"{line}\n");
        var boundary = all.Select(static one => Boundary().Match(one.Value)).FirstOrDefault(static match => match.Success)?.Groups[1].Value;
        foreach (var (name, value) in all)
        {
            // The boundaries are of different lengths, and there is one more of them than there are parts.
            var shown = name == "content-length" && boundary is not null
                ? (int.Parse(value, CultureInfo.InvariantCulture) - (2 * boundary.Length)).ToString(CultureInfo.InvariantCulture)
                : value;
            text.Append(CultureInfo.InvariantCulture, $"{name}: {shown}\n");
        }

        text.Append('\n').Append(body);
        return boundary is null ? text.ToString() : text.ToString().Replace(boundary, "BOUNDARY", StringComparison.Ordinal);
    }

    [GeneratedRegex("^multipart/form-data; boundary=(.+)$")]
    private static partial Regex Boundary();
}
