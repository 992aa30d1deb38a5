using System.Collections.Immutable;

namespace SecureStreams.Policy;

/// <summary>Collects findings; hands them out sorted by place.</summary>
internal sealed class DiagnosticBag(bool strict)
{
    /// <summary>A hostile or generated document could otherwise produce one finding per byte.</summary>
    public const int Limit = 1000;

    private readonly List<PolicyDiagnostic> _found = [];
    private int _warnings;
    private int _leftOut;

    public bool HasErrors { get; private set; }

    public void Report(PolicyDiagnosticInfo info, SourceText source, int offset, string path, Finding finding)
    {
        var severity = SeverityOf(info);
        HasErrors |= severity == PolicySeverity.Error;
        if (_found.Count >= Limit)
        {
            _leftOut++;
            if (!Keeps(info))
                return;
            _found.RemoveAt(_found.FindLastIndex(static kept => kept.Severity == PolicySeverity.Warning));
            _warnings--;
        }

        var place = source.Locate(offset);
        _found.Add(new PolicyDiagnostic(info.Id, severity, place.File, place.Line, place.Column, path, finding.Message)
        {
            Suggestion = finding.Suggestion,
            Allowed = finding.Allowed,
            Value = finding.Value,
        });
        if (severity == PolicySeverity.Warning)
            _warnings++;
    }

    /// <summary>At the value of <paramref name="node"/>.</summary>
    public void Report(PolicyDiagnosticInfo info, SourceText source, JsonNode node, Finding finding) =>
        Report(info, source, node.Offset, node, finding);

    /// <summary>At the name of the member <paramref name="node"/>.</summary>
    public void ReportName(PolicyDiagnosticInfo info, SourceText source, JsonNode node, Finding finding) =>
        Report(info, source, node.NameOffset, node, finding);

    /// <summary>At <paramref name="offset"/>, about <paramref name="node"/>.</summary>
    public void Report(PolicyDiagnosticInfo info, SourceText source, int offset, JsonNode node, Finding finding) =>
        Report(info, source, offset, Keeps(info) ? node.Path : "$", finding);

    /// <summary>At a stated value, in the layer that states it.</summary>
    public void Report(PolicyDiagnosticInfo info, DraftValue value, Finding finding) => Report(info, value.Source, value.Node, finding);

    /// <summary>At the name of an entry, for want of a value that decides.</summary>
    public void Report(PolicyDiagnosticInfo info, DraftEntry entry, Finding finding) => ReportName(info, entry.Source, entry.Node, finding);

    /// <summary><c>; did you mean 'port'?</c>, or nothing. Nothing as well once findings are left out: the search is the costly part of a finding.</summary>
    public Near Suggest(string written, IEnumerable<string> candidates) =>
        new(_found.Count < Limit && Suggestion.Nearest(written, candidates) is { } near && !SecretTexts.LooksLikeOne(near) ? near : null);

    /// <summary>
    /// Whether a finding of this kind is kept, so that it pays to make its path: with long names, that costs more than all the rest. An error must be seen even
    /// when a thousand warnings came first: it takes the place of the last warning.
    /// </summary>
    public bool Keeps(PolicyDiagnosticInfo info) => _found.Count < Limit || (SeverityOf(info) == PolicySeverity.Error && _warnings > 0);

    public ImmutableArray<PolicyDiagnostic> ToSorted()
    {
        var sorted = _found
            .OrderBy(static one => one.File, StringComparer.Ordinal).ThenBy(static one => one.Line).ThenBy(static one => one.Column)
            .ThenBy(static one => one.Id, StringComparer.Ordinal).ToList();
        if (_leftOut > 0)
        {
            sorted.Add(sorted[^1] with
            {
                Id = PolicyDiagnosticTable.MoreLeftOut.Id,
                Severity = SeverityOf(PolicyDiagnosticTable.MoreLeftOut),
                JsonPath = "$",
                Suggestion = null,
                Allowed = [],
                Value = null,
                Message = $"{_leftOut} more findings were left out; the limit is {Limit}",
            });
        }

        return [.. sorted];
    }

    private PolicySeverity SeverityOf(PolicyDiagnosticInfo info) => strict ? PolicySeverity.Error : info.Severity;
}
