namespace SecureStreams;

/// <summary>Bounds of what is awaited.</summary>
internal static class FacadeDefaults
{
    /// <summary>The longest message of a reader that states none.</summary>
    public const int MaxMessageBytes = 1024 * 1024;

    /// <summary>The longest response body of a transaction that states none.</summary>
    public const int MaxResponseBytes = 4 * 1024 * 1024;

    /// <summary>What a message counts for beside its payload, so that a flood of empty ones is bounded too.</summary>
    public const int MessageOverheadBytes = 128;

    /// <summary>How many operations a stream keeps for reuse: as many as wait at a time, within reason.</summary>
    public const int PooledOperations = 16;
}
