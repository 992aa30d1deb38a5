namespace SecureStreams.Tool.Signing;

/// <summary>The arguments of <c>sstreams policy verify</c>.</summary>
internal sealed record VerifySettings
{
    /// <summary>Whose keys count.</summary>
    public required PolicySelection BuiltIn { get; init; }

    public required string Policy { get; init; }

    public required string Signatures { get; init; }
}
