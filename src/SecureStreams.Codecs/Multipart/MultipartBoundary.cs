using System.Buffers;

namespace SecureStreams.Codecs.Multipart;

/// <summary>What separates the parts of a multipart body (RFC 2046 section 5.1.1).</summary>
public static class MultipartBoundary
{
    /// <summary>The longest boundary that the specification allows, in characters.</summary>
    public const int MaxLength = 70;

    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'()+_,-./:=? ");

    /// <summary>Whether <paramref name="boundary"/> is one: 1 to <see cref="MaxLength"/> of the characters allowed, and no blank at its end.</summary>
    /// <param name="boundary">The boundary, without quotes and without the two hyphens before it.</param>
    public static bool IsValid(ReadOnlySpan<char> boundary) =>
        boundary.Length is > 0 and <= MaxLength && boundary[^1] != ' ' && !boundary.ContainsAnyExcept(Allowed);
}
