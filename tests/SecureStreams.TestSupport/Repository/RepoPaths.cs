using System.Reflection;

namespace SecureStreams.TestSupport.Repository;

/// <summary>Where the checkout is, as the build knew it: tests that read fixtures or sources do not depend on the working directory.</summary>
public static class RepoPaths
{
    /// <summary>The root of the checkout that these tests were built from.</summary>
    public static string Root { get; } = typeof(RepoPaths).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(static attribute => attribute.Key == "RepoRoot").Value!.TrimEnd('/', '\\');

    /// <summary>A path below the root.</summary>
    public static string Combine(params ReadOnlySpan<string> parts) => Path.Combine([Root, .. parts]);
}
