using System.Buffers;

namespace SecureStreams.Tests.Transports.Mqtt.Session;

/// <summary>A pool that knows what is out, refuses what is not, and overwrites what comes back, so that whoever still reads it is found.</summary>
internal sealed class CountingPool : ArrayPool<byte>
{
    private readonly HashSet<byte[]> _out = new(ReferenceEqualityComparer.Instance);

    /// <summary>Arrays that are rented.</summary>
    public int Out => _out.Count;

    public override byte[] Rent(int minimumLength)
    {
        var array = new byte[Math.Max(16, minimumLength)];
        _out.Add(array);
        return array;
    }

    public override void Return(byte[] array, bool clearArray = false)
    {
        Assert.True(_out.Remove(array), "Returned twice, or never rented.");
        array.AsSpan().Fill(0xDD);
    }
}
