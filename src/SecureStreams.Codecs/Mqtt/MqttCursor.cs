using System.Buffers.Binary;

namespace SecureStreams.Codecs.Mqtt;

/// <summary>Takes fields off a packet. A method that returns false has found less than the field needs.</summary>
internal ref struct MqttCursor(ReadOnlySpan<byte> source)
{
    private ReadOnlySpan<byte> _rest = source;

    public readonly ReadOnlySpan<byte> Rest => _rest;

    public readonly bool IsEmpty => _rest.IsEmpty;

    public bool TryByte(out byte value)
    {
        if (_rest.IsEmpty)
        {
            value = 0;
            return false;
        }

        value = _rest[0];
        _rest = _rest[1..];
        return true;
    }

    public bool TryTwoBytes(out ushort value)
    {
        if (!BinaryPrimitives.TryReadUInt16BigEndian(_rest, out value))
            return false;
        _rest = _rest[2..];
        return true;
    }

    public bool TryFourBytes(out uint value)
    {
        if (!BinaryPrimitives.TryReadUInt32BigEndian(_rest, out value))
            return false;
        _rest = _rest[4..];
        return true;
    }

    public bool TryVariable(out int value)
    {
        var bytes = MqttVariable.Read(_rest, out value);
        if (bytes <= 0)
            return false;
        _rest = _rest[bytes..];
        return true;
    }

    /// <summary>Bytes with their length before them, as texts have it too.</summary>
    public bool TryBinary(out ReadOnlySpan<byte> value)
    {
        if (TryTwoBytes(out var length))
            return TryTake(length, out value);
        value = default;
        return false;
    }

    public bool TryTake(int bytes, out ReadOnlySpan<byte> value)
    {
        if (bytes > _rest.Length)
        {
            value = default;
            return false;
        }

        value = _rest[..bytes];
        _rest = _rest[bytes..];
        return true;
    }
}
