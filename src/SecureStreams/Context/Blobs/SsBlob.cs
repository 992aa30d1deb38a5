using System.Security.Cryptography;

namespace SecureStreams;

/// <summary>A copy of a blob's value, owned by whoever got it. Disposing clears it. Not for use from several threads at a time.</summary>
public sealed class SsBlob : IDisposable
{
    /// <summary>The longest value of a blob, in bytes: 256 KiB, which certificates with all their chain are far below.</summary>
    public const int LargestBytes = 256 * 1024;

    private byte[]? _value;

    /// <summary>Makes one, for stores.</summary>
    /// <param name="value">Copied.</param>
    /// <param name="expires">When it expires; null for never.</param>
    /// <exception cref="ArgumentException"><paramref name="value"/> has more than <see cref="LargestBytes"/>.</exception>
    public SsBlob(ReadOnlySpan<byte> value, DateTimeOffset? expires)
        : this(CheckLength(value.Length), expires) => value.CopyTo(_value);

    /// <summary>Makes one that is yet to be filled.</summary>
    internal SsBlob(int length, DateTimeOffset? expires)
    {
        // Pinned, so that the garbage collector leaves no copies behind that nobody clears.
        _value = GC.AllocateUninitializedArray<byte>(length, pinned: true);
        Expires = expires;
    }

    /// <summary>The value.</summary>
    /// <exception cref="ObjectDisposedException">It was disposed and is cleared.</exception>
    public ReadOnlySpan<byte> Span => Room;

    /// <summary>When it expires; null for never.</summary>
    public DateTimeOffset? Expires { get; }

    /// <summary>The room of the value, to be filled by the store that made it.</summary>
    internal Span<byte> Room
    {
        get
        {
            ObjectDisposedException.ThrowIf(_value is null, this);
            return _value;
        }
    }

    /// <summary>Clears the value. May be called again.</summary>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_value);
        _value = null;
    }

    /// <summary>Tells nothing of the value.</summary>
    public override string ToString() => "blob";

    /// <summary>Refuses what is too long.</summary>
    /// <exception cref="ArgumentException">It is.</exception>
    internal static int CheckLength(int length) =>
        length <= LargestBytes ? length : throw new ArgumentException($"The value has {length} bytes; a blob has at most {LargestBytes}.");
}
