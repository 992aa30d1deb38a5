namespace SecureStreams.Codecs.Aws;

/// <summary>Percent-encoding as AWS has it: everything but unreserved characters (RFC 3986 section 2.3), digits in upper case.</summary>
internal static class AwsEncoding
{
    /// <summary>Appends bytes in their encoded form.</summary>
    /// <param name="raw">The bytes.</param>
    /// <param name="text">Where to.</param>
    /// <param name="keepSlash">Whether a slash stays one.</param>
    /// <param name="decode">Whether what is encoded already is decoded first, so that it comes out the same, and in the one form.</param>
    public static void Append(scoped ReadOnlySpan<byte> raw, ref AwsText text, bool keepSlash, bool decode)
    {
        for (var i = 0; i < raw.Length; i++)
        {
            var value = raw[i];
            if (decode && value == '%' && i + 2 < raw.Length && char.IsAsciiHexDigit((char)raw[i + 1]) && char.IsAsciiHexDigit((char)raw[i + 2]))
            {
                value = (byte)((Digit(raw[i + 1]) << 4) | Digit(raw[i + 2]));
                i += 2;
            }

            if (char.IsAsciiLetterOrDigit((char)value) || value is (byte)'-' or (byte)'.' or (byte)'_' or (byte)'~' || (keepSlash && value == '/'))
            {
                text.Append(value);
            }
            else
            {
                text.Append((byte)'%');
                text.Append(Digits[value >> 4]);
                text.Append(Digits[value & 15]);
            }
        }
    }

    private static ReadOnlySpan<byte> Digits => "0123456789ABCDEF"u8;

    private static int Digit(byte value) => value <= '9' ? value - '0' : (value | 0x20) - 'a' + 10;
}
