namespace SecureStreams.Policy;

/// <summary>One kind of finding: a row of <see cref="PolicyDiagnosticTable"/>.</summary>
/// <param name="Id"><c>SSPnnnn</c>; stable, never reused.</param>
/// <param name="Severity">Its severity when the load is not strict.</param>
/// <param name="Title">What it is, in a few words.</param>
/// <param name="Fix">What to do about it.</param>
public sealed record PolicyDiagnosticInfo(string Id, PolicySeverity Severity, string Title, string Fix);
