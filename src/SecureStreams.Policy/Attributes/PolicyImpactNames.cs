namespace SecureStreams.Policy;

internal static class PolicyImpactNames
{
    /// <summary>As documents and reports call it: <c>next_attempt</c>.</summary>
    public static string ToName(this PolicyImpact impact) => impact switch
    {
        PolicyImpact.Live => "live",
        PolicyImpact.NextAttempt => "next_attempt",
        PolicyImpact.Reconnect => "reconnect",
        _ => "recreate",
    };
}
