using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace SecureStreams.Codecs.Aws;

/// <summary>Bytes that grow: in the room given, then in a rented buffer. Whatever they were in is cleared, since a canonical request may hold a session token.</summary>
/// <param name="room">What to begin with; the caller's.</param>
internal ref struct AwsText(Span<byte> room)
{
    private Span<byte> _room = room;
    private byte[]? _rented;
    private int _length;

    public readonly int Length => _length;

    public readonly ReadOnlySpan<byte> Written => _room[.._length];

    public void Append(byte value)
    {
        if (_length == _room.Length)
            Grow(1);
        _room[_length++] = value;
    }

    public void Append(scoped ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > _room.Length - _length)
            Grow(bytes.Length);
        bytes.CopyTo(_room[_length..]);
        _length += bytes.Length;
    }

    /// <summary>Appends text in UTF-8.</summary>
    public void Append(scoped ReadOnlySpan<char> text)
    {
        var most = Encoding.UTF8.GetMaxByteCount(text.Length);
        if (most > _room.Length - _length)
            Grow(most);
        _length += Encoding.UTF8.GetBytes(text, _room[_length..]);
    }

    /// <summary>Takes back what is behind <paramref name="length"/>.</summary>
    public void Truncate(int length)
    {
        CryptographicOperations.ZeroMemory(_room[length.._length]);
        _length = length;
    }

    /// <summary>Takes everything back.</summary>
    public void Clear() => Truncate(0);

    /// <summary>Clears the bytes and gives the buffer back.</summary>
    public void Dispose()
    {
        Clear();
        if (_rented is { } rented)
        {
            _rented = null;
            _room = default;
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private void Grow(int more)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(checked(_length + more), _room.Length * 2));
        Written.CopyTo(larger);
        var length = _length;
        Dispose();
        _rented = larger;
        _room = larger;
        _length = length;
    }
}
