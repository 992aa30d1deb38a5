using System.Collections.Immutable;

namespace SecureStreams.Policy;

/// <summary>One finding in a policy document, with its place. Never quotes a secret. Compared by value.</summary>
/// <param name="Id"><c>SSPnnnn</c>, a row of <see cref="PolicyDiagnosticTable"/>.</param>
/// <param name="Severity">Error or warning.</param>
/// <param name="File">The name the document was loaded under.</param>
/// <param name="Line">Line, from 1.</param>
/// <param name="Column">Column in UTF-16 characters, from 1.</param>
/// <param name="JsonPath">The JSON path of the value, such as <c>$.s[0].mintest.port</c>; <c>$</c> for the whole document.</param>
/// <param name="Message">Which part of the policy, what is wrong, what is allowed.</param>
public sealed record PolicyDiagnostic(string Id, PolicySeverity Severity, string File, int Line, int Column, string JsonPath, string Message)
{
    /// <summary>The near name that <see cref="Message"/> proposes; null when there is none.</summary>
    public string? Suggestion { get; init; }

    /// <summary>The values allowed, or the range as one text (<c>0..65535</c>), as <see cref="Message"/> names them; empty when it names none.</summary>
    public ImmutableArray<string> Allowed { get; init; } = [];

    /// <summary>The value or name that is wrong, as <see cref="Message"/> quotes it: control characters escaped, long ones cut. Null when it is not quoted, as secrets never are.</summary>
    public string? Value { get; init; }

    /// <inheritdoc/>
    public bool Equals(PolicyDiagnostic? other) =>
        other is not null && (Id, Severity, File, Line, Column, JsonPath, Message) == (other.Id, other.Severity, other.File, other.Line, other.Column, other.JsonPath, other.Message) &&
        (Suggestion, Value) == (other.Suggestion, other.Value) && Allowed.AsSpan().SequenceEqual(other.Allowed.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Id, File, Line, Column, JsonPath, Message);

    /// <summary><c>file(line,col): error SSP0103: message</c>, which editors can jump to.</summary>
    public override string ToString() =>
        $"{File}({Line},{Column}): {Severity.ToName()} {Id}: {Message}";
}
