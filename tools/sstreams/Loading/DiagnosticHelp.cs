using System.Collections.Frozen;
using SecureStreams.Policy;

namespace SecureStreams.Tool;

/// <summary>The rows of the diagnostic table by id.</summary>
internal static class DiagnosticHelp
{
    private static readonly FrozenDictionary<string, PolicyDiagnosticInfo> ById =
        PolicyDiagnosticTable.All.ToFrozenDictionary(static row => row.Id, StringComparer.OrdinalIgnoreCase);

    /// <summary>Null for what is no id. Letter case does not count.</summary>
    public static PolicyDiagnosticInfo? Find(string id) => ById.GetValueOrDefault(id);
}
