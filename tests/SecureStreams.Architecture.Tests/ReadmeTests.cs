using System.Text.RegularExpressions;
using SecureStreams.TestSupport.Repository;

namespace SecureStreams.Architecture.Tests;

/// <summary>The front door says what is there.</summary>
public partial class ReadmeTests
{
    private static readonly string Text = File.ReadAllText(RepoPaths.Combine("README.md"));

    [Fact]
    public void Its_example_is_the_program_that_is_compiled() =>
        Assert.Contains($"```csharp\n{File.ReadAllText(RepoPaths.Combine("examples", "Hello", "Program.cs"))}```", Text, StringComparison.Ordinal);

    [Fact]
    public void Every_link_leads_to_something()
    {
        var pages = Directory.EnumerateFiles(RepoPaths.Combine("docs"), "*.md", SearchOption.AllDirectories)
            .Append(RepoPaths.Combine("README.md"))
            .Append(RepoPaths.Combine("policies", "README.md"))
            .Append(RepoPaths.Combine("tools", "sstreams", "README.md"));
        var dead = new List<string>();
        foreach (var page in pages)
        {
            foreach (Match link in Link().Matches(File.ReadAllText(page)))
            {
                var target = link.Groups["target"].Value;
                if (target.Contains("://", StringComparison.Ordinal) || target.StartsWith('#'))
                    continue;
                var path = Path.Combine(Path.GetDirectoryName(page)!, target.Split('#')[0]);
                if (!File.Exists(path) && !Directory.Exists(path))
                    dead.Add($"{Projects.Relative(page)}: {target}");
            }
        }

        Assert.Empty(dead);
    }

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        var solution = File.ReadAllText(RepoPaths.Combine("SecureStreams.sln"));
        var missing = new[] { "src", "tools", "examples", "tests" }
            .SelectMany(static folder => Directory.EnumerateFiles(RepoPaths.Combine(folder), "*.csproj", SearchOption.AllDirectories))
            .Where(path => !solution.Contains(Path.GetFileName(path), StringComparison.Ordinal))
            .Select(Projects.Relative);
        Assert.Empty(missing);
    }

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();
}
