namespace SecureStreams;

/// <remarks>What has happened to it last, for operators.</remarks>
internal sealed partial class LivePolicy
{
    private long _records;
    private PolicyRecord? _lastApplied;
    private PolicyRecord? _lastRefused;

    /// <summary>The last change; null before the first.</summary>
    public PolicyRecord? LastApplied => Volatile.Read(ref _lastApplied);

    /// <summary>The last change that was refused, whatever came after it; null when none was.</summary>
    public PolicyRecord? LastRefused => Volatile.Read(ref _lastRefused);

    /// <summary>What was refused is wanted no more.</summary>
    public void ForgetRefusal() => Volatile.Write(ref _lastRefused, null);

    private void RecordApplied(string name) => Volatile.Write(ref _lastApplied, new PolicyRecord(Interlocked.Increment(ref _records), name, _options.Platform.Time.GetUtcNow()));

    private void RecordRefused(string name, SsPolicyException error) =>
        Volatile.Write(ref _lastRefused, new PolicyRecord(Interlocked.Increment(ref _records), name, _options.Platform.Time.GetUtcNow(), error.Message, Math.Max(1, error.Diagnostics.Count)));
}
