using SecureStreams.Policy;

namespace SecureStreams;

/// <summary>A layer of what a context's policy is made of: a file, which may change, or a text, which does not.</summary>
/// <param name="Path">The file; null for a text.</param>
/// <param name="Text">The text; default for a file.</param>
internal readonly record struct PolicyLayer(string? Path, PolicyDocument Text)
{
    /// <summary>A file.</summary>
    public static PolicyLayer Of(string path) => new(path, default);

    /// <summary>A text.</summary>
    public static PolicyLayer Of(PolicyDocument text) => new(null, text);

    /// <summary>What it says now.</summary>
    /// <exception cref="SsPolicyException">The file cannot be read.</exception>
    public PolicyDocument Read() => Path is null ? Text : SsContextExtensions.ReadDocument(Path);
}
