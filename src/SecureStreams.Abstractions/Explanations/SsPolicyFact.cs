namespace SecureStreams;

/// <summary>One value of a stream's policy.</summary>
/// <param name="Attribute">The attribute; with its section where it is not one of the streamtype itself: <c>retry default: backoff</c>.</param>
/// <param name="Value">The value as text; secrets are kept back.</param>
/// <param name="Place"><c>file(line,col)</c>, or <c>default</c>.</param>
public sealed record SsPolicyFact(string Attribute, string Value, string Place)
{
    /// <summary>One line.</summary>
    public override string ToString() => $"{Attribute} = {Value}   {Place}";
}
