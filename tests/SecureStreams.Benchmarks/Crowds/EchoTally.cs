using System.Diagnostics;
using SecureStreams.Benchmarks.Measuring;
using SecureStreams.Benchmarks.Workloads;

namespace SecureStreams.Benchmarks.Crowds;

/// <summary>Counts what all connections of a side send and get back, from any thread, and keeps the round trips of those that come back while the clock runs. Allocates nothing then.</summary>
/// <param name="workload">How long a message is.</param>
/// <param name="most">Round trips that are kept at most.</param>
internal sealed class EchoTally(Workload workload, int most)
{
    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly long[] _roundTrips = new long[most];
    private long _sent;
    private long _received;
    private long _began;
    private int _kept;
    private bool _isRunning;

    /// <summary>Faulted when an echo was wrong or a connection ended; never completes otherwise.</summary>
    public Task Failed => _failed.Task;

    /// <summary>Messages that have not come back.</summary>
    public long UnderWay => Interlocked.Read(ref _sent) - Interlocked.Read(ref _received);

    public void NoteSent() => Interlocked.Increment(ref _sent);

    /// <summary>A whole message has come; it has to be this one.</summary>
    public void NoteEcho(ReadOnlySpan<byte> message, long expected)
    {
        var now = Stopwatch.GetTimestamp();
        Interlocked.Increment(ref _received);
        if (message.Length != workload.Bytes)
            Fail(new InvalidOperationException($"An echo of {message.Length} bytes."));
        else if (Payload.NumberOf(message) != expected)
            Fail(Payload.Wrong(expected, Payload.NumberOf(message)));
        else if (Volatile.Read(ref _isRunning) && Interlocked.Increment(ref _kept) is var kept && kept <= most)
            _roundTrips[kept - 1] = now - CrowdMessage.SentAt(message);
    }

    public void Fail(Exception error) => _failed.TrySetException(error);

    /// <summary>Echoes count from now on.</summary>
    public void Begin()
    {
        _kept = 0;
        _began = Stopwatch.GetTimestamp();
        Volatile.Write(ref _isRunning, true);
    }

    /// <summary>No more echoes count.</summary>
    /// <returns>How many there were, and in which time.</returns>
    public (int Echoes, TimeSpan Time) End()
    {
        Volatile.Write(ref _isRunning, false);
        var time = Stopwatch.GetElapsedTime(_began);
        return _kept <= most ? (_kept, time) : throw new InvalidOperationException($"{_kept} echoes, more than the rate allows.");
    }

    /// <summary>Of those that counted.</summary>
    public RoundTrips RoundTrips()
    {
        var sorted = _roundTrips.AsSpan(0, _kept);
        sorted.Sort();
        return new RoundTrips(Microseconds(sorted[sorted.Length / 2]), Microseconds(sorted[(int)(sorted.Length * 99L / 100)]));

        static double Microseconds(long ticks) => Stopwatch.GetElapsedTime(0, ticks).TotalMicroseconds;
    }
}
