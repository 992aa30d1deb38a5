using System.Text.Unicode;

namespace SecureStreams.Codecs.WebSocket;

/// <summary>
/// Checks the UTF-8 of a text message (RFC 6455 section 8.1, RFC 3629) as it comes in, cut anywhere: fails in the piece with the first byte that no valid text can have there.
/// </summary>
/// <remarks>
/// A mutable struct of four bytes: keep it in a field, do not copy it. Whole code points are checked by the platform's vectorised check; only one that a cut divides is followed
/// byte by byte. Nothing is allocated.
/// </remarks>
public struct WebSocketUtf8
{
    // What is missing of a code point begun, and between which bounds its next byte must be; afterwards the bounds are those of any continuation byte.
    private byte _missing;
    private byte _lowest;
    private byte _highest;
    private bool _failed;

    /// <summary>Whether a text may end here: nothing failed, and no code point is begun and not finished.</summary>
    public readonly bool IsComplete => !_failed && _missing == 0;

    /// <summary>Takes the next bytes of the text.</summary>
    /// <param name="bytes">Any number of bytes, cut anywhere.</param>
    /// <returns>False once a byte came that cannot stand where it stands; it stays so until <see cref="Reset"/>.</returns>
    public bool TryFeed(ReadOnlySpan<byte> bytes)
    {
        if (_failed)
            return false;
        while (_missing != 0)
        {
            if (bytes.IsEmpty)
                return true;
            if (!TryContinue(bytes[0]))
                return Fail();
            bytes = bytes[1..];
        }

        var begun = BegunAtEnd(bytes);
        if (!Utf8.IsValid(bytes[..^begun]))
            return Fail();
        foreach (var one in bytes[^begun..])
        {
            if (!(_missing == 0 ? TryBegin(one) : TryContinue(one)))
                return Fail();
        }

        return true;
    }

    /// <summary>Forgets everything, for the next text.</summary>
    public void Reset() => this = default;

    /// <summary>How many bytes at the end are a lead byte with fewer bytes after it than it announces.</summary>
    private static int BegunAtEnd(ReadOnlySpan<byte> bytes)
    {
        for (var back = 1; back <= 3 && back <= bytes.Length; back++)
        {
            var one = bytes[^back];
            if (one < 0x80)
                return 0;
            if (one >= 0xC0)
                return one >= (back switch { 1 => 0xC0, 2 => 0xE0, _ => 0xF0 }) ? back : 0;
        }

        return 0;
    }

    // The table of RFC 3629 section 4: what follows a lead byte leaves out overlong forms, surrogates and what is above U+10FFFF.
    private bool TryBegin(byte lead)
    {
        (_missing, _lowest, _highest) = lead switch
        {
            >= 0xC2 and <= 0xDF => ((byte)1, (byte)0x80, (byte)0xBF),
            0xE0 => ((byte)2, (byte)0xA0, (byte)0xBF),
            0xED => ((byte)2, (byte)0x80, (byte)0x9F),
            >= 0xE1 and <= 0xEF => ((byte)2, (byte)0x80, (byte)0xBF),
            0xF0 => ((byte)3, (byte)0x90, (byte)0xBF),
            >= 0xF1 and <= 0xF3 => ((byte)3, (byte)0x80, (byte)0xBF),
            0xF4 => ((byte)3, (byte)0x80, (byte)0x8F),
            _ => default,
        };
        return _missing != 0;
    }

    private bool TryContinue(byte next)
    {
        if (next < _lowest || next > _highest)
            return false;
        _missing--;
        (_lowest, _highest) = (0x80, 0xBF);
        return true;
    }

    private bool Fail()
    {
        _failed = true;
        return false;
    }
}
