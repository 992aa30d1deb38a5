namespace SecureStreams.Tool.Benching;

/// <summary>What came of a load.</summary>
internal sealed record BenchFigures
{
    public required BenchSettings Settings { get; init; }

    public required BenchPlan Plan { get; init; }

    /// <summary>What ended it early; null when nothing did.</summary>
    public required string? EndedBy { get; init; }

    /// <summary>Whether everything that was asked for was done.</summary>
    public bool IsComplete => EndedBy is null;

    /// <summary>Operations that were done in the counted stretch.</summary>
    public required long Operations { get; init; }

    /// <summary>How long that was.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>Payload bytes, this way and that.</summary>
    public required long SentBytes { get; init; }

    public required long ReceivedBytes { get; init; }

    /// <summary>Processor time of this process, in the program and in the system.</summary>
    public required TimeSpan UserTime { get; init; }

    public required TimeSpan SystemTime { get; init; }

    /// <summary>Managed bytes that were allocated.</summary>
    public required long AllocatedBytes { get; init; }

    /// <summary>Null where single operations are not measured.</summary>
    public required LatencyRecorder? Latencies { get; init; }

    /// <summary>What went wrong, the whole run through, by cause.</summary>
    public required IReadOnlyList<KeyValuePair<string, long>> Troubles { get; init; }

    /// <summary>Where a stream gave up: the last failure in words, which stands for those that are counted in short.</summary>
    public string? LastFailure { get; init; }

    public required long Reconnects { get; init; }

    public required long Lost { get; init; }

    public required long Refused { get; init; }

    /// <summary>Whether the peer did what makes the figures worthless, on one stream or more.</summary>
    public required bool IsAnsweredWrongly { get; init; }

    /// <summary>Whether all was done, and as it should be.</summary>
    public bool IsGood => IsComplete && Refused == 0 && !IsAnsweredWrongly;

    public double PerSecond => Elapsed > TimeSpan.Zero ? Operations / Elapsed.TotalSeconds : 0;

    /// <summary>An amount for each operation; 0 where there was none.</summary>
    public double Each(double amount) => Operations > 0 ? amount / Operations : 0;

    /// <summary>Megabytes of a second.</summary>
    public double MegabytesPerSecond(long bytes) => Elapsed > TimeSpan.Zero ? bytes / 1e6 / Elapsed.TotalSeconds : 0;
}
