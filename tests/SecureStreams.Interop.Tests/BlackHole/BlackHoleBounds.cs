namespace SecureStreams.Interop.Tests.BlackHole;

/// <summary>The bounds of the policies of these tests, as short as each protocol allows: the platform pings on h2 to the second only.</summary>
/// <param name="PingMilliseconds">The policy's <c>svalidping_ms</c>.</param>
/// <param name="HangupMilliseconds">The policy's <c>svalidhup_ms</c>.</param>
internal sealed record BlackHoleBounds(int PingMilliseconds, int HangupMilliseconds)
{
    public TimeSpan Hangup => TimeSpan.FromMilliseconds(HangupMilliseconds);

    /// <summary>Members of a retry scheme that never gives up.</summary>
    public string Retry => $"""
        "backoff": [200], "conceal": 65535, "jitterpc": 0, "svalidping_ms": {PingMilliseconds}, "svalidhup_ms": {HangupMilliseconds}
        """;

    public static BlackHoleBounds Of(string protocol) => protocol switch
    {
        "h2" => new BlackHoleBounds(1000, 3000),
        _ => new BlackHoleBounds(500, 1500),
    };
}
