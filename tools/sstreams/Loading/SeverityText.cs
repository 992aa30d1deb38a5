using SecureStreams.Policy;

namespace SecureStreams.Tool;

/// <summary>Severities as every format spells them; SARIF's levels are called the same.</summary>
internal static class SeverityText
{
    public static string Of(PolicySeverity severity) => severity == PolicySeverity.Error ? "error" : "warning";
}
