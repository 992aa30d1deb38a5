using System.Globalization;
using System.Text;

namespace SecureStreams.Tool;

/// <summary>Makes text of others (policies, peers, arguments) harmless to a terminal: control characters are shown, not obeyed.</summary>
internal static class PlainText
{
    /// <summary>The text in one line.</summary>
    public static string OneLine(string text) => Show(text, keepNewlines: false);

    /// <summary>The text, line ends kept.</summary>
    public static string Lines(string text) => Show(text, keepNewlines: true);

    private static string Show(string text, bool keepNewlines)
    {
        if (!text.Any(one => IsShown(one, keepNewlines)))
            return text;

        var shown = new StringBuilder(text.Length + 16);
        foreach (var one in text)
        {
            if (IsShown(one, keepNewlines))
                shown.Append(CultureInfo.InvariantCulture, $"\\u{(int)one:X4}");
            else
                shown.Append(one);
        }

        return shown.ToString();
    }

    // Format characters are included: they can turn the direction of a whole line.
    private static bool IsShown(char one, bool keepNewlines) =>
        (char.IsControl(one) && !(keepNewlines && one == '\n')) || char.GetUnicodeCategory(one) == UnicodeCategory.Format;
}
