namespace SecureStreams.Simulation.Engine;

/// <summary>Everything that happened: a hash of all of it, the last lines in memory, and all lines to a writer when there is one.</summary>
internal sealed class SimTrace(SimClock clock, TextWriter? writer)
{
    /// <summary>How many lines a failure shows.</summary>
    public const int Kept = 30;

    private readonly TraceLine[] _last = new TraceLine[Kept];
    private long _count;

    /// <summary>Two runs with the same hash did the same things at the same moments.</summary>
    public ulong Hash { get; private set; } = 0xCBF29CE484222325;

    /// <summary>Steps taken so far: events and turns.</summary>
    public long Step { get; set; }

    /// <summary>The last lines, oldest first.</summary>
    public IReadOnlyList<TraceLine> Last
    {
        get
        {
            var lines = new List<TraceLine>();
            for (var i = Math.Max(0, _count - Kept); i < _count; i++)
                lines.Add(_last[i % Kept]);
            return lines;
        }
    }

    public void Add(TraceKind kind, int stream, int a, long b)
    {
        var line = new TraceLine(Step, clock.Now, kind, stream, a, b);
        _last[_count++ % Kept] = line;
        var hash = Hash;
        hash = (hash ^ (ulong)line.Time ^ ((ulong)kind << 56)) * 0x100000001B3;
        hash = (hash ^ (ulong)line.Step ^ ((ulong)(uint)stream << 40)) * 0x9E3779B97F4A7C15;
        hash = (hash ^ (uint)a ^ ((ulong)b << 20) ^ (ulong)(b >> 44)) * 0x100000001B3;
        Hash = hash ^ (hash >> 29);
        writer?.WriteLine(line.ToString());
    }
}
