namespace SecureStreams.Policy;

/// <summary>An entry of <c>metrics</c>: checked and kept. Its name may be empty, and need not be its own.</summary>
public sealed record MetricPolicy : PolicyPart
{
    /// <summary>By value, places not.</summary>
    public bool Equals(MetricPolicy? other) => other is not null && Name == other.Name && StatedValues.SameBesideName(this, other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Stated.Length);
}
