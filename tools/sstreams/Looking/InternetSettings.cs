using SecureStreams.Tool.Running;

namespace SecureStreams.Tool.Looking;

/// <summary>The arguments of <c>sstreams internet</c>.</summary>
internal sealed record InternetSettings
{
    public required PolicySelection Policy { get; init; }

    public required IReadOnlyList<BlobArgument> Blobs { get; init; }

    /// <summary>Whether faults that the policy states are injected.</summary>
    public required bool Faults { get; init; }

    /// <summary>For programs instead of people.</summary>
    public required bool Json { get; init; }
}
