namespace SecureStreams.Codecs.Mqtt;

/// <summary>Variable byte integers (MQTT 5 section 1.5.5): seven bits a byte, the lowest first, at most four bytes.</summary>
internal static class MqttVariable
{
    public const int MaxValue = 268_435_455;
    public const int MaxBytes = 4;

    public static int Bytes(int value) => value switch { < 128 => 1, < 16_384 => 2, < 2_097_152 => 3, _ => 4 };

    public static int Write(Span<byte> destination, int value)
    {
        var at = 0;
        while (value >= 0x80)
        {
            destination[at++] = (byte)(value | 0x80);
            value >>= 7;
        }

        destination[at++] = (byte)value;
        return at;
    }

    /// <summary>Reads one; its form must be the shortest.</summary>
    /// <returns>How many bytes it takes; 0 where it is cut; -1 where it is none.</returns>
    public static int Read(ReadOnlySpan<byte> source, out int value)
    {
        value = 0;
        for (var at = 0; at < MaxBytes; at++)
        {
            if (at >= source.Length)
                return 0;
            var one = source[at];
            value |= (one & 0x7F) << (7 * at);
            if (one < 0x80)
                return one == 0 && at > 0 ? -1 : at + 1;
        }

        return -1;
    }
}
