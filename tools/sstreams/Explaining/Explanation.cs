using System.Collections.Immutable;
using SecureStreams.Policy;

namespace SecureStreams.Tool.Explaining;

/// <summary>The rows that a question is answered with.</summary>
/// <param name="Name">What was asked for; null for everything.</param>
/// <param name="Attributes">By section, extensions last, as the reference page has them.</param>
/// <param name="Diagnostic">The diagnostic, when an id was asked for.</param>
internal sealed record Explanation(string? Name, ImmutableArray<PolicyAttributeInfo> Attributes, PolicyDiagnosticInfo? Diagnostic)
{
    /// <summary>Finds what <paramref name="name"/> names; null asks for all attributes.</summary>
    /// <exception cref="UnusableInputException">Nothing is called that.</exception>
    public static Explanation Of(string? name)
    {
        if (name is null)
            return new Explanation(null, [.. PolicyAttributeTable.All.OrderBy(static row => (row.Section, row.IsExtension))], null);
        if (DiagnosticHelp.Find(name) is { } diagnostic)
            return new Explanation(name, [], diagnostic);
        var rows = PolicyAttributeTable.All.Where(row => row.Name == name || row.OldSpellings.Contains(name)).ToImmutableArray();
        return rows.IsEmpty ? throw Unknown(name) : new Explanation(name, rows, null);
    }

    private static UnusableInputException Unknown(string name)
    {
        var known = PolicyAttributeTable.All.SelectMany(static row => row.OldSpellings.Prepend(row.Name)).Concat(PolicyDiagnosticTable.All.Select(static row => row.Id));
        var near = Suggestion.Nearest(name, known);
        return new UnusableInputException(near is null
            ? $"no attribute and no diagnostic is called '{name}'; 'sstreams policy explain' lists the attributes"
            : $"no attribute and no diagnostic is called '{name}'; did you mean '{near}'?");
    }
}
