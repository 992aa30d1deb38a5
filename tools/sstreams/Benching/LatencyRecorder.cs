using System.Numerics;

namespace SecureStreams.Tool.Benching;

/// <summary>
/// Counts durations in buckets whose width is less than 1 % of what they hold, from a nanosecond to a quarter of an hour: recording is one increment and allocates
/// nothing, however many there are. Longer ones count as the longest; the exact longest is kept beside. One writer.
/// </summary>
internal sealed class LatencyRecorder
{
    // Buckets to a power of two, as a power of two.
    private const int Precision = 7;
    private const int Half = 1 << Precision;
    private const int LargestExponent = 40 - Precision;

    private readonly long[] _counts = new long[(LargestExponent + 2) * Half];

    /// <summary>How many were recorded.</summary>
    public long Count { get; private set; }

    /// <summary>The longest; zero when there is none.</summary>
    public TimeSpan Longest => TimeSpan.FromMicroseconds(_longest / 1000.0);

    private long _longest;

    /// <summary>Counts one.</summary>
    public void Record(TimeSpan duration) => RecordNanoseconds(duration.Ticks * TimeSpan.NanosecondsPerTick);

    /// <summary>Counts one of so many nanoseconds.</summary>
    public void RecordNanoseconds(long nanoseconds)
    {
        nanoseconds = Math.Max(nanoseconds, 0);
        _counts[BucketOf(nanoseconds)]++;
        Count++;
        _longest = Math.Max(_longest, nanoseconds);
    }

    /// <summary>Adds what another recorded.</summary>
    public void Add(LatencyRecorder other)
    {
        for (var i = 0; i < _counts.Length; i++)
            _counts[i] += other._counts[i];
        Count += other.Count;
        _longest = Math.Max(_longest, other._longest);
    }

    /// <summary>The duration that so many percent do not exceed, to the precision of a bucket; zero when there is none.</summary>
    public TimeSpan Percentile(double percent)
    {
        if (Count == 0)
            return TimeSpan.Zero;
        var wanted = Math.Max(1, (long)Math.Ceiling(Count * percent / 100));
        long seen = 0;
        for (var i = 0; i < _counts.Length; i++)
        {
            seen += _counts[i];
            if (seen >= wanted)
                return TimeSpan.FromMicroseconds(Math.Min(HighestOf(i), _longest) / 1000.0);
        }

        return Longest;
    }

    private static int BucketOf(long nanoseconds)
    {
        if (nanoseconds < Half)
            return (int)nanoseconds;
        var exponent = BitOperations.Log2((ulong)nanoseconds) - Precision;
        return exponent > LargestExponent ? ((LargestExponent + 2) * Half) - 1 : (exponent * Half) + (int)(nanoseconds >> exponent);
    }

    private static long HighestOf(int bucket)
    {
        if (bucket < 2 * Half)
            return bucket;
        var exponent = (bucket / Half) - 1;
        return ((bucket - ((long)exponent * Half) + 1) << exponent) - 1;
    }
}
