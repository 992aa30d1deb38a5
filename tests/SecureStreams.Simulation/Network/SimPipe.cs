using SecureStreams.Simulation.Engine;

namespace SecureStreams.Simulation.Network;

/// <summary>One direction of a connection: bytes in order, each after the latency of the path; never lost while the connection lives, only late.</summary>
internal sealed class SimPipe(SimClock clock, IPipeEnd end) : ISimEvent
{
    private readonly Queue<Chunk> _chunks = new();
    private long _lastAt;
    private bool _dead;
    private bool _frozen;

    /// <summary>One-way delay, in microseconds.</summary>
    public long Latency { get; set; }

    /// <summary>Added once to the next bytes: a lost packet that is sent again.</summary>
    public long Spike { get; set; }

    /// <summary>So many bytes travel one by one.</summary>
    public int Dribble { get; set; }

    /// <summary>Bytes on their way.</summary>
    public int InFlight { get; private set; }

    public void Send(ReadOnlySpan<byte> bytes)
    {
        InFlight += bytes.Length;
        if (_dead)
            return;
        while (Dribble > 0 && bytes.Length > 1)
        {
            Dribble--;
            Add(bytes[..1].ToArray(), 500);
            bytes = bytes[1..];
        }

        Add(bytes.ToArray(), 0);
    }

    /// <summary>The end of this direction, after everything sent before.</summary>
    public void SendEnd() => Add(null, 0);

    /// <summary>From now on everything sent is gone without a word.</summary>
    public void Kill()
    {
        _dead = true;
        _chunks.Clear();
    }

    /// <summary>Nothing passes until it thaws; then all of it does, as TCP sends again what was not acknowledged.</summary>
    public void Freeze() => _frozen = true;

    public void Thaw()
    {
        if (!_frozen)
            return;
        _frozen = false;
        if (_chunks.Count > 0)
            clock.Schedule(Latency, this, 0);
    }

    public bool Fire(int argument)
    {
        var delivered = false;
        while (!_frozen && _chunks.Count > 0 && _chunks.Peek().At <= clock.Now)
        {
            var chunk = _chunks.Dequeue();
            delivered = true;
            if (chunk.Bytes is null)
            {
                end.Ended();
                continue;
            }

            InFlight -= chunk.Bytes.Length;
            end.Arrived(chunk.Bytes);
        }

        return delivered;
    }

    private void Add(byte[]? bytes, long extra)
    {
        if (_dead)
            return;
        _lastAt = Math.Max(_lastAt, clock.Now + Latency + Spike) + extra;
        Spike = 0;
        _chunks.Enqueue(new Chunk(_lastAt, bytes));
        clock.Schedule(_lastAt - clock.Now, this, 0);
    }

    private readonly record struct Chunk(long At, byte[]? Bytes);
}
