namespace SecureStreams.Policy;

/// <summary>Which characters may stand where.</summary>
internal static class PolicyCharacters
{
    /// <summary>C0 and C1 controls and DEL: CR and LF among them would let a value end a header or a request line.</summary>
    public static bool HasControl(string text) => FirstControl(text).Position > 0;

    /// <summary>The first such character, and where it stands, from 1; (NUL, 0) when there is none.</summary>
    public static (char Character, int Position) FirstControl(string text) => First(text, char.IsControl);

    /// <summary>RFC 9110, 5.6.2.</summary>
    public static bool IsToken(string text) => text.Length > 0 && text.All(IsTokenCharacter);

    /// <summary>The first character that no token has, and where it stands, from 1; (NUL, 0) when there is none.</summary>
    public static (char Character, int Position) FirstOutsideToken(string text) => First(text, static c => !IsTokenCharacter(c));

    private static (char Character, int Position) First(string text, Func<char, bool> isSuch)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (isSuch(text[i]))
                return (text[i], i + 1);
        }

        return default;
    }

    private static bool IsTokenCharacter(char c) => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal);
}
