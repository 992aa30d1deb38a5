namespace SecureStreams.Tool.Signing;

/// <summary>The arguments of <c>sstreams policy sign</c>.</summary>
internal sealed record SignSettings
{
    public required string Policy { get; init; }

    /// <summary>The file of the private key.</summary>
    public required string Key { get; init; }

    public required string Name { get; init; }

    /// <summary>Whether the signatures in <see cref="Output"/> stay.</summary>
    public required bool Append { get; init; }

    public required string Output { get; init; }
}
