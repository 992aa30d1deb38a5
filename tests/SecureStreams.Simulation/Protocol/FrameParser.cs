using System.Buffers.Binary;

namespace SecureStreams.Simulation.Protocol;

/// <summary>Bytes to frames, however they are cut.</summary>
internal sealed class FrameParser
{
    private byte[] _rest = [];
    private int _length;

    /// <summary>Whether the bytes so far end inside a frame.</summary>
    public bool IsInside => _length > 0;

    /// <summary>Takes bytes; false when they are no frames.</summary>
    public bool Feed(ReadOnlySpan<byte> bytes, IFrameSink sink)
    {
        if (_length == 0)
        {
            var used = Parse(bytes, sink);
            if (used < 0)
                return false;
            Keep(bytes[used..]);
            return true;
        }

        Keep(bytes);
        var taken = Parse(_rest.AsSpan(0, _length), sink);
        if (taken < 0)
            return false;
        _rest.AsSpan(taken, _length - taken).CopyTo(_rest);
        _length -= taken;
        return true;
    }

    private static int Parse(ReadOnlySpan<byte> bytes, IFrameSink sink)
    {
        var used = 0;
        while (bytes.Length - used >= 1)
        {
            var frame = bytes[used..];
            if (frame[0] != Frame.Mark)
                return -1;
            if (frame.Length < Frame.HeaderBytes)
                break;
            var length = BinaryPrimitives.ReadUInt16LittleEndian(frame[3..]);
            if (length > Frame.LargestPayload)
                return -1;
            if (frame.Length < Frame.HeaderBytes + length)
                break;
            var payload = frame.Slice(Frame.HeaderBytes, length);
            if (BinaryPrimitives.ReadUInt32LittleEndian(frame[9..]) != Frame.Checksum(frame[..9], payload))
                return -1;
            if (!sink.TakeFrame((FrameType)frame[1], (SsRxFlags)frame[2], BinaryPrimitives.ReadInt32LittleEndian(frame[5..]), payload))
                break;
            used += Frame.HeaderBytes + length;
        }

        return used;
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        if (_length + bytes.Length > _rest.Length)
            Array.Resize(ref _rest, Math.Max(_length + bytes.Length, 512));
        bytes.CopyTo(_rest.AsSpan(_length));
        _length += bytes.Length;
    }
}
