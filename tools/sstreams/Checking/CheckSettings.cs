namespace SecureStreams.Tool.Checking;

/// <summary>The arguments of <c>sstreams policy check</c>.</summary>
internal sealed record CheckSettings
{
    /// <summary>Each is a policy of its own.</summary>
    public required IReadOnlyList<PolicySelection> Policies { get; init; }

    /// <summary>One of <see cref="OutputFormat"/>.</summary>
    public required string Format { get; init; }

    /// <summary>Null: standard output.</summary>
    public required string? OutputFile { get; init; }

    public required bool Verbose { get; init; }
}
