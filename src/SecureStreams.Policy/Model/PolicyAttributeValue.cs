namespace SecureStreams.Policy;

/// <summary>A stated value: which attribute, what, where.</summary>
/// <param name="Attribute">Which attribute.</param>
/// <param name="Value">Its value.</param>
/// <param name="Location">Where it stands; of several layers, in the last one that states it. Not part of equality: moving a line is no change.</param>
public readonly record struct PolicyAttributeValue(PolicyAttributeInfo Attribute, PolicyValue Value, PolicyLocation Location)
{
    /// <summary>By attribute and value.</summary>
    public bool Equals(PolicyAttributeValue other) => ReferenceEquals(Attribute, other.Attribute) && Value.Equals(other.Value);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Attribute.Name, Value);

    /// <summary>Name and place; the value may be a secret.</summary>
    public override string ToString() => $"{Attribute.Name} at {Location}";
}
