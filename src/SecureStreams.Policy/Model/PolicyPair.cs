namespace SecureStreams.Policy;

/// <summary>One entry of a map: a metadata name with its header, a status with its state. Compared without its place.</summary>
/// <param name="Key">The name or the status.</param>
/// <param name="Value">What it maps to.</param>
/// <param name="Location">Where it stands.</param>
public readonly record struct PolicyPair(string Key, PolicyValue Value, PolicyLocation Location)
{
    /// <summary>By key and value: moving a line is no change.</summary>
    public bool Equals(PolicyPair other) => Key == other.Key && Value.Equals(other.Value);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Key, Value);

    /// <summary>The key alone.</summary>
    public override string ToString() => Key;
}
