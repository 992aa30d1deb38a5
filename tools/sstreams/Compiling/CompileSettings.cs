using SecureStreams.Policy;

namespace SecureStreams.Tool.Compiling;

/// <summary>The arguments of <c>sstreams policy compile</c>.</summary>
internal sealed record CompileSettings
{
    public required PolicySelection Policy { get; init; }

    /// <summary>What the class is called.</summary>
    public required PolicyCompilerOptions Options { get; init; }

    /// <summary>Null: standard output.</summary>
    public required string? OutputFile { get; init; }
}
