namespace SecureStreams.Policy;

/// <summary>One finding in a policy document, with its place. Never quotes a secret.</summary>
/// <param name="Id"><c>SSPnnnn</c>, a row of <see cref="PolicyDiagnosticTable"/>.</param>
/// <param name="Severity">Error or warning.</param>
/// <param name="File">The name the document was loaded under.</param>
/// <param name="Line">Line, from 1.</param>
/// <param name="Column">Column in UTF-16 characters, from 1.</param>
/// <param name="JsonPath">The JSON path of the value, such as <c>$.s[0].mintest.port</c>; <c>$</c> for the whole document.</param>
/// <param name="Message">Which part of the policy, what is wrong, what is allowed.</param>
public sealed record PolicyDiagnostic(string Id, PolicySeverity Severity, string File, int Line, int Column, string JsonPath, string Message)
{
    /// <summary><c>file(line,col): error SSP0103: message</c>, which editors can jump to.</summary>
    public override string ToString() =>
        $"{File}({Line},{Column}): {(Severity == PolicySeverity.Error ? "error" : "warning")} {Id}: {Message}";
}
