using System.Buffers;

namespace SecureStreams.Policy;

/// <summary>Which characters may stand where.</summary>
internal static class PolicyCharacters
{
    private static readonly SearchValues<char> Controls = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Concat(Enumerable.Range(0x7F, 0x21)).Select(static one => (char)one)]);

    private static readonly SearchValues<char> Token = SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary>C0 and C1 controls and DEL: CR and LF among them would let a value end a header or a request line.</summary>
    public static bool HasControl(string text) => text.AsSpan().ContainsAny(Controls);

    /// <summary>The first such character, and where it stands, from 1; (NUL, 0) when there is none.</summary>
    public static (char Character, int Position) FirstControl(string text) => At(text, text.AsSpan().IndexOfAny(Controls));

    /// <summary>RFC 9110, 5.6.2.</summary>
    public static bool IsToken(string text) => text.Length > 0 && IndexOutsideToken(text) < 0;

    /// <summary>Where the first character stands that no token has, from 0; -1 when there is none.</summary>
    public static int IndexOutsideToken(ReadOnlySpan<char> text) => text.IndexOfAnyExcept(Token);

    /// <summary>The first character that no token has, and where it stands, from 1; (NUL, 0) when there is none.</summary>
    public static (char Character, int Position) FirstOutsideToken(string text) => At(text, IndexOutsideToken(text));

    private static (char Character, int Position) At(string text, int index) => index < 0 ? default : (text[index], index + 1);
}
