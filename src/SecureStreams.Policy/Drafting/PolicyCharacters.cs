using System.Buffers;

namespace SecureStreams.Policy;

/// <summary>Which characters may stand where.</summary>
internal static class PolicyCharacters
{
    private static readonly SearchValues<char> Controls = SearchValues.Create(
        "\0\u0001\u0002\u0003\u0004\u0005\u0006\a\b\t\n\v\f\r\u000E\u000F\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001A\u001B\u001C\u001D\u001E\u001F" +
        "\u007F\u0080\u0081\u0082\u0083\u0084\u0085\u0086\u0087\u0088\u0089\u008A\u008B\u008C\u008D\u008E\u008F" +
        "\u0090\u0091\u0092\u0093\u0094\u0095\u0096\u0097\u0098\u0099\u009A\u009B\u009C\u009D\u009E\u009F");

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
