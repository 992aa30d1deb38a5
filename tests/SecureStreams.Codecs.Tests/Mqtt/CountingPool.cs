using System.Buffers;

namespace SecureStreams.Codecs.Tests.Mqtt;

/// <summary>Gives arrays of exactly the length asked for, or of one byte more, and counts them.</summary>
internal sealed class CountingPool : ArrayPool<byte>
{
    private readonly HashSet<byte[]> _out = [];

    /// <summary>Arrays that were not returned.</summary>
    public int Outstanding => _out.Count;

    public int Rents { get; private set; }

    /// <summary>The longest that was asked for.</summary>
    public int Longest { get; private set; }

    public override byte[] Rent(int minimumLength)
    {
        Rents++;
        Longest = Math.Max(Longest, minimumLength);
        var array = new byte[minimumLength + (Rents & 1)];
        array.AsSpan().Fill(0xA5);
        _out.Add(array);
        return array;
    }

    /// <summary>Whoever reads it afterwards reads what nobody sent.</summary>
    public override void Return(byte[] array, bool clearArray = false)
    {
        Assert.True(_out.Remove(array), "It was returned twice, or never rented.");
        Assert.True(clearArray, "It may hold credentials.");
        array.AsSpan().Fill(0x5A);
    }
}
