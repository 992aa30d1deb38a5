using System.Numerics;
using System.Runtime.InteropServices;

namespace SecureStreams.Codecs.WebSocket;

/// <summary>Masking, which is its own inverse (RFC 6455 section 5.3). Pure.</summary>
public static class WebSocketMask
{
    /// <summary>Masks or unmasks <paramref name="data"/> in place.</summary>
    /// <param name="data">A stretch of a frame's payload.</param>
    /// <param name="key">The masking key: its four bytes as they lie in memory.</param>
    /// <param name="offset">How far into the payload the stretch begins; only the last two bits count.</param>
    /// <returns>The offset of what follows, 0 to 3.</returns>
    public static int Apply(Span<byte> data, uint key, int offset)
    {
        var turn = (offset & 3) * 8;
        key = BitConverter.IsLittleEndian ? BitOperations.RotateRight(key, turn) : BitOperations.RotateLeft(key, turn);
        ref var start = ref MemoryMarshal.GetReference(data);
        var at = 0;
        if (data.Length >= Vector<byte>.Count)
        {
            var wide = Vector.AsVectorByte(new Vector<uint>(key));
            for (var last = data.Length - Vector<byte>.Count; at <= last; at += Vector<byte>.Count)
                (Vector.LoadUnsafe(ref start, (nuint)at) ^ wide).StoreUnsafe(ref start, (nuint)at);
        }

        // The width of a vector is a multiple of four, so the key still begins at its beginning.
        var words = MemoryMarshal.Cast<byte, uint>(data[at..]);
        for (var i = 0; i < words.Length; i++)
            words[i] ^= key;
        at += words.Length * sizeof(uint);
        var keyBytes = MemoryMarshal.AsBytes(new Span<uint>(ref key));
        for (var i = 0; at < data.Length; i++, at++)
            data[at] ^= keyBytes[i];
        return (offset + data.Length) & 3;
    }
}
