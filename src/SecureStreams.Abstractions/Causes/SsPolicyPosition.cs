namespace SecureStreams;

/// <summary>Where in a policy the value stands that decided something.</summary>
/// <param name="File">File or layer name as it was given when the policy was loaded.</param>
/// <param name="Line">Line, from 1; 0 when the value is a default that no document states.</param>
/// <param name="Column">Column in characters, from 1; 0 when the value is a default.</param>
/// <param name="Attribute">The attribute, with its streamtype or section: <c>mintest.endpoint</c>.</param>
public sealed record SsPolicyPosition(string File, int Line, int Column, string Attribute)
{
    /// <summary><c>file(line,col) attribute</c>, which editors can jump to.</summary>
    public override string ToString() => Line > 0 ? $"{File}({Line},{Column}) {Attribute}" : $"{File} {Attribute} (default)";
}
