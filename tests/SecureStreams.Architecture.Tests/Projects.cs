using System.Xml.Linq;
using SecureStreams.TestSupport.Repository;

namespace SecureStreams.Architecture.Tests;

/// <summary>The projects under <c>src</c>, found by looking, so that a new one cannot be forgotten.</summary>
internal static class Projects
{
    public static IReadOnlyList<string> Source { get; } =
        [.. Directory.EnumerateFiles(RepoPaths.Combine("src"), "*.csproj", SearchOption.AllDirectories).Select(static path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal)];

    public static TheoryData<string> SourceData => [.. Source];

    /// <summary>The project file of a project under <c>src</c>.</summary>
    public static XDocument Load(string project) => XDocument.Load(RepoPaths.Combine("src", project, project + ".csproj"));

    /// <summary>The built assembly of a project, in the same configuration as these tests.</summary>
    public static string AssemblyPath(string project)
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        return RepoPaths.Combine("src", project, "bin", own.Parent!.Name, own.Name, project + ".dll");
    }

    /// <summary>The sources below some folders of the checkout, generated ones excluded.</summary>
    public static IEnumerable<string> Files(params string[] folders) => folders.Select(static folder => RepoPaths.Combine(folder)).Where(Directory.Exists)
        .SelectMany(static folder => Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories))
        .Where(static path => !path.Split(Path.DirectorySeparatorChar).Any(static part => part is "bin" or "obj"));

    public static string Relative(string path) => Path.GetRelativePath(RepoPaths.Root, path);
}
