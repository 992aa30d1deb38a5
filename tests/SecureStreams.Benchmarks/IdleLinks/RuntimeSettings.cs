namespace SecureStreams.Benchmarks.IdleLinks;

/// <summary>How the measuring process is set up, as docs/memory.md has it for devices. The names are those of the environment; a runtimeconfig.json says the same.</summary>
/// <param name="Name">What the table calls it.</param>
/// <param name="Variables">What is set.</param>
internal sealed record RuntimeSettings(string Name, IReadOnlyDictionary<string, string> Variables)
{
    /// <summary>What a program has that sets nothing.</summary>
    public static RuntimeSettings Defaults { get; } = new("", new Dictionary<string, string>());

    /// <summary>What is called is compiled once, and no thread collects beside the program.</summary>
    public static RuntimeSettings Device { get; } = new("device", new Dictionary<string, string>
    {
        ["DOTNET_TieredCompilation"] = "0",
        ["DOTNET_gcConcurrent"] = "0",
    });
}
