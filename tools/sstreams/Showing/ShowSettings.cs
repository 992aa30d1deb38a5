namespace SecureStreams.Tool.Showing;

/// <summary>The arguments of <c>sstreams policy show</c>.</summary>
internal sealed record ShowSettings
{
    public required PolicySelection Policy { get; init; }

    /// <summary>Null: list the streamtypes.</summary>
    public required string? StreamType { get; init; }

    /// <summary>Defaults too.</summary>
    public required bool All { get; init; }

    /// <summary>For programs instead of people.</summary>
    public required bool Json { get; init; }

    /// <summary>Null: standard output.</summary>
    public required string? OutputFile { get; init; }
}
