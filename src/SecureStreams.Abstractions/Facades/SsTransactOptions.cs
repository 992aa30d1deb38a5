namespace SecureStreams;

/// <summary>How one transaction is made. Immutable, so that one may serve many.</summary>
public sealed record SsTransactOptions
{
    /// <summary>What null stands for.</summary>
    public static SsTransactOptions Default { get; } = new();

    /// <summary>The longest response body in bytes, 4 MiB unless stated, 0 or more. A longer one ends the transaction with <see cref="SsMessageTooLargeException"/>.</summary>
    public int MaxResponseBytes { get; init; } = FacadeDefaults.MaxResponseBytes;

    /// <summary>Names of metadata to read when the transaction is over, for <see cref="SsResponse.Metadata"/>; none by default. They must be declared by the streamtype.</summary>
    public IReadOnlyList<string> ResponseMetadata { get; init; } = [];
}
