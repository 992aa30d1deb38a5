using System.Collections.Immutable;

namespace SecureStreams.Policy;

/// <summary>Collects findings; hands them out sorted by place.</summary>
internal sealed class DiagnosticBag(bool strict)
{
    /// <summary>A hostile or generated document could otherwise produce one finding per byte.</summary>
    public const int Limit = 1000;

    private readonly List<PolicyDiagnostic> _found = [];
    private int _leftOut;
    private PolicyDiagnostic? _lastLeftOut;

    public bool HasErrors { get; private set; }

    public void Report(PolicyDiagnosticInfo info, SourceText source, int offset, string path, string message)
    {
        var place = source.Locate(offset);
        var severity = strict ? PolicySeverity.Error : info.Severity;
        HasErrors |= severity == PolicySeverity.Error;
        var finding = new PolicyDiagnostic(info.Id, severity, place.File, place.Line, place.Column, path, message);
        if (_found.Count < Limit)
        {
            _found.Add(finding);
            return;
        }

        // An error must be seen even when a thousand warnings came first: it takes the place of the last warning.
        _leftOut++;
        _lastLeftOut = finding;
        var warning = severity == PolicySeverity.Error ? _found.FindLastIndex(static kept => kept.Severity == PolicySeverity.Warning) : -1;
        if (warning >= 0)
            _found[warning] = finding;
    }

    /// <summary>At the value of <paramref name="node"/>.</summary>
    public void Report(PolicyDiagnosticInfo info, SourceText source, JsonNode node, string message) =>
        Report(info, source, node.Offset, node.Path, message);

    /// <summary>At the name of the member <paramref name="node"/>.</summary>
    public void ReportName(PolicyDiagnosticInfo info, SourceText source, JsonNode node, string message) =>
        Report(info, source, node.NameOffset, node.Path, message);

    public ImmutableArray<PolicyDiagnostic> ToSorted()
    {
        var sorted = _found
            .OrderBy(static one => one.File, StringComparer.Ordinal).ThenBy(static one => one.Line).ThenBy(static one => one.Column)
            .ThenBy(static one => one.Id, StringComparer.Ordinal).ToList();
        if (_lastLeftOut is { } last)
        {
            var severity = strict ? PolicySeverity.Error : PolicySeverity.Warning;
            sorted.Add(new PolicyDiagnostic(PolicyDiagnosticTable.MoreLeftOut.Id, severity, last.File, last.Line, last.Column, "$",
                $"{_leftOut} more findings were left out; the limit is {Limit}"));
        }

        return [.. sorted];
    }
}
