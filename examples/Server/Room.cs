using System.Text;
using SecureStreams;

namespace Server;

/// <summary>
/// What was said, so much of it and no more. Every reader has a place in it and reads at its own pace: nothing is queued for one who is slow, who misses what is not there any more. Safe from any thread.
/// </summary>
internal sealed class Room
{
    private const int Most = 200;

    private readonly Lock _lock = new();
    private readonly byte[][] _lines = new byte[Most][];
    private SsListener? _listener;
    private long _count;

    /// <summary>Lines from the first one that ever was to the last.</summary>
    public long Count
    {
        get
        {
            lock (_lock)
                return _count;
        }
    }

    /// <summary>Those on <paramref name="listener"/> are in it from now on.</summary>
    public void Open(SsListener listener) => Volatile.Write(ref _listener, listener);

    /// <summary>Says a line to all: each is asked for it as soon as its own client takes bytes.</summary>
    public void Say(string line)
    {
        lock (_lock)
            _lines[_count++ % Most] = Encoding.UTF8.GetBytes(line);
        foreach (var stream in Volatile.Read(ref _listener)?.Streams ?? [])
        {
            try
            {
                stream.RequestTransmit();
            }
            catch (ObjectDisposedException)
            {
                // It has just gone.
            }
        }
    }

    /// <summary>The line at a place, which is moved on; false when there is none yet.</summary>
    public bool TryRead(ref long place, out byte[] line)
    {
        lock (_lock)
        {
            if (place < _count - Most)
            {
                line = Encoding.UTF8.GetBytes($"({_count - Most - place} lines are missing)");
                place = _count - Most;
                return true;
            }

            line = place < _count ? _lines[place % Most] : [];
            return place < _count && ++place > 0;
        }
    }
}
