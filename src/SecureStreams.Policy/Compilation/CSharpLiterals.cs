using System.Globalization;
using System.Text;

namespace SecureStreams.Policy;

/// <summary>Texts of a policy in a source. Nothing but printable ASCII comes out, so that no text can end its line, its literal or its comment, or show as what it is not.</summary>
internal static class CSharpLiterals
{
    public static string Quote(string text) => $"\"{Escape(text)}\"";

    /// <summary>For a comment.</summary>
    public static string Plain(string text) => Escape(Shorten(text));

    /// <summary>For a documentation comment.</summary>
    public static string Xml(string text) =>
        Escape(Shorten(text)).Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal);

    private static string Shorten(string text) => text.Length <= 100 ? text : text[..100] + "...";

    private static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length + 2);
        foreach (var one in text)
        {
            _ = one switch
            {
                '"' => escaped.Append("\\\""),
                '\\' => escaped.Append("\\\\"),
                '\n' => escaped.Append("\\n"),
                '\r' => escaped.Append("\\r"),
                '\t' => escaped.Append("\\t"),
                >= ' ' and <= '~' => escaped.Append(one),
                _ => escaped.Append("\\u").Append(((int)one).ToString("X4", CultureInfo.InvariantCulture)),
            };
        }

        return escaped.ToString();
    }
}
