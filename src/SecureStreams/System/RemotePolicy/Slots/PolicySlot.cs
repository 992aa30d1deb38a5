namespace SecureStreams.Remote;

/// <summary>A policy as it is kept: the exact bytes, and what must be known of them again.</summary>
internal sealed record PolicySlot
{
    /// <summary>Counts what was stored; the highest is the newest.</summary>
    public required long Sequence { get; init; }

    /// <summary>Its <c>policy_revision</c>; null when it has none.</summary>
    public required long? Revision { get; init; }

    /// <summary>When it was stored.</summary>
    public required DateTimeOffset StoredAt { get; init; }

    /// <summary>What the server called it; empty for nothing.</summary>
    public required string ETag { get; init; }

    /// <summary>Its signatures as they came; empty for none.</summary>
    public required ReadOnlyMemory<byte> Signatures { get; init; }

    /// <summary>The document.</summary>
    public required ReadOnlyMemory<byte> Policy { get; init; }
}
