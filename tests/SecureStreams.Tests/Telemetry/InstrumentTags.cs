namespace SecureStreams.Tests.Telemetry;

/// <summary>The tags each instrument may carry, as docs/telemetry.md promises them. Whatever a test hears is held against this.</summary>
internal static class InstrumentTags
{
    private static readonly Dictionary<string, string[]> All = new(StringComparer.Ordinal)
    {
        ["ss.streams"] = ["ss.streamtype", "ss.state"],
        ["ss.state.transitions"] = ["ss.streamtype", "ss.state"],
        ["ss.attempts"] = ["ss.streamtype", "ss.outcome", "ss.phase", "error.type"],
        ["ss.attempt.duration"] = ["ss.streamtype", "ss.outcome", "ss.phase", "error.type"],
        ["ss.connection.duration"] = ["ss.streamtype", "error.type"],
        ["ss.dial.phase.duration"] = ["ss.phase", "network.transport"],
        ["ss.payload.io"] = ["ss.streamtype", "network.io.direction"],
        ["ss.tx.queued"] = ["ss.streamtype"],
        ["ss.governor.wait"] = ["ss.streamtype"],
        ["ss.internet.findings"] = ["ss.internet", "ss.trigger"],
        ["ss.network.changes"] = [],
        ["ss.handler.errors"] = ["ss.streamtype", "ss.callback"],
        ["ss.policy.actions"] = ["ss.streamtype", "ss.action"],
        ["ss.policy.age"] = [],
        ["ss.policy.fetches"] = ["ss.outcome"],
        ["ss.policy.revision"] = [],
        ["ss.policy.updates"] = ["ss.outcome"],
        ["ss.token.fetches"] = ["ss.auth.scheme", "error.type"],
        ["ss.policy.trials"] = ["ss.outcome"],
        ["ss.accepted.failures"] = ["ss.streamtype", "ss.phase", "error.type"],
        ["ss.dropped"] = ["ss.streamtype", "ss.reason"],
    };

    /// <summary>The tags of <paramref name="instrument"/>; a new instrument must be entered here.</summary>
    public static string[] Of(string instrument) =>
        All.TryGetValue(instrument, out var tags) ? tags : throw new InvalidOperationException($"'{instrument}' has no tags stated in {nameof(InstrumentTags)}.");
}
