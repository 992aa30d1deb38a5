namespace SecureStreams.Policy;

/// <summary>How <see cref="PolicyLoader"/> judges a document.</summary>
public sealed record PolicyLoadOptions
{
    /// <summary>The product that loads it: a policy that names another in <c>product</c> is refused. Null (the default) takes any.</summary>
    public string? Product { get; init; }

    /// <summary>Warnings count as errors. False by default.</summary>
    public bool Strict { get; init; }

    /// <summary>The largest document, in bytes; 16 MiB by default.</summary>
    public int MaximumBytes { get; init; } = PolicyLimits.Bytes;

    /// <summary>The time at which certificates must be valid; one that is not gives a warning. Null (the default) leaves the question to the handshake.</summary>
    public DateTimeOffset? ValidAt { get; init; }
}
