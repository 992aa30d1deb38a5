namespace SecureStreams.Policy;

internal static class PolicySeverityNames
{
    /// <summary>As lines and pages call it.</summary>
    public static string ToName(this PolicySeverity severity) => severity == PolicySeverity.Error ? "error" : "warning";
}
