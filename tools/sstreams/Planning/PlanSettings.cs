namespace SecureStreams.Tool.Planning;

/// <summary>The arguments of <c>sstreams policy plan</c>.</summary>
internal sealed record PlanSettings
{
    public required PolicySelection Before { get; init; }

    public required PolicySelection After { get; init; }

    /// <summary>For programs instead of people.</summary>
    public required bool Json { get; init; }

    /// <summary>Whether any stream is touched is told by the exit status, too.</summary>
    public required bool ExitCode { get; init; }

    /// <summary>Null: standard output.</summary>
    public required string? OutputFile { get; init; }
}
