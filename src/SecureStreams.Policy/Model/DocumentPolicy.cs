namespace SecureStreams.Policy;

/// <summary>The members of the document itself, beside its sections.</summary>
public sealed record DocumentPolicy : PolicyPart
{
    /// <summary>By value, places not.</summary>
    public bool Equals(DocumentPolicy? other) => other is not null && StatedValues.Same(this, other);

    /// <inheritdoc/>
    public override int GetHashCode() => Stated.Length;
}
