namespace SecureStreams.Policy;

/// <summary>A place in a policy document.</summary>
/// <param name="File">The name the document was loaded under.</param>
/// <param name="Line">Line, from 1.</param>
/// <param name="Column">Column in UTF-16 characters, from 1.</param>
public readonly record struct PolicyLocation(string File, int Line, int Column)
{
    /// <summary><c>file(line,col)</c>, which editors can jump to.</summary>
    public override string ToString() => $"{File}({Line},{Column})";
}
