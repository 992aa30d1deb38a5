namespace SecureStreams.Policy;

/// <summary>How bad a <see cref="PolicyDiagnostic"/> is.</summary>
public enum PolicySeverity
{
    /// <summary>The policy loads; the place deserves a look.</summary>
    Warning = 0,

    /// <summary>The policy cannot run as written; nothing is loaded.</summary>
    Error,
}
