using System.Security.Cryptography;
using System.Text;

namespace SecureStreams.Network.Identities;

/// <summary>The text of a blob for as long as it is needed: pinned, so that no copies are left behind, and cleared when it is disposed.</summary>
internal sealed class SecretText : IDisposable
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly char[] _chars;
    private readonly int _length;

    /// <exception cref="DecoderFallbackException">It is not UTF-8.</exception>
    public SecretText(ReadOnlySpan<byte> utf8)
    {
        _chars = GC.AllocateUninitializedArray<char>(utf8.Length, pinned: true);
        _length = StrictUtf8.GetChars(utf8, _chars);
    }

    public ReadOnlySpan<char> Span => _chars.AsSpan(0, _length);

    /// <summary>Without the line break with which editors and <c>echo</c> end a file.</summary>
    public ReadOnlySpan<char> Line => Span is [.. var line, '\r', '\n'] ? line : Span is [.. var other, '\n'] ? other : Span;

    public void Dispose() => CryptographicOperations.ZeroMemory(System.Runtime.InteropServices.MemoryMarshal.AsBytes(_chars.AsSpan()));
}
