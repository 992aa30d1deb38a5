using System.Buffers;

namespace SecureStreams.Policy;

/// <summary>
/// Texts that are secrets by their looks, wherever they stand: where a name belongs, people paste the key or the token itself. Such a text is never quoted; a
/// long name that looks like one is not either, and its place says enough.
/// </summary>
internal static class SecretTexts
{
    /// <summary>As long as 240 bits in base64: shorter than any key, longer than names in one word.</summary>
    private const int LongRun = 40;
    private const int ShortestToken = 20;

    private static readonly string[] Schemes = ["Bearer ", "Basic ", "Token "];
    private static readonly SearchValues<char> Base64 = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=");

    public static bool LooksLikeOne(string text) =>
        text.Contains("PRIVATE KEY", StringComparison.Ordinal) || SecretRules.HasPassword(text) || HasScheme(text) ||
        (text.Length >= ShortestToken && text.StartsWith("eyJ", StringComparison.Ordinal) && text.Contains('.', StringComparison.Ordinal)) || HasLongRun(text);

    /// <summary>"Bearer " alone is how a preamble should be.</summary>
    private static bool HasScheme(string text)
    {
        foreach (var scheme in Schemes)
        {
            if (text.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) && text.AsSpan(scheme.Length).ContainsAnyExcept(' '))
                return true;
        }

        return false;
    }

    /// <summary>Many characters of base64 in a row, of all kinds: words do not mix capitals, small letters and digits for so long.</summary>
    private static bool HasLongRun(ReadOnlySpan<char> text)
    {
        while (text.Length >= LongRun)
        {
            var length = text.IndexOfAnyExcept(Base64);
            var run = length < 0 ? text : text[..length];
            if (run.Length >= LongRun && run.ContainsAnyInRange('0', '9') && run.ContainsAnyInRange('A', 'Z') && run.ContainsAnyInRange('a', 'z'))
                return true;
            text = text[Math.Min(run.Length + 1, text.Length)..];
        }

        return false;
    }
}
