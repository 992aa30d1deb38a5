using System.Text.RegularExpressions;

namespace SecureStreams.Architecture.Tests;

/// <summary>What holds for every source file.</summary>
public partial class SourceTests
{
    private const int MaxLines = 400;

    [Fact]
    public void Nothing_unfinished_is_left()
    {
        var found = Projects.Files("src", "tools", "examples")
            .SelectMany(static path => File.ReadLines(path).Select((line, index) => (Path: path, Line: index + 1, Text: line)))
            .Where(static one => Unfinished().IsMatch(one.Text))
            .Select(static one => $"{Projects.Relative(one.Path)}({one.Line}): {one.Text.Trim()}");
        Assert.Empty(found);
    }

    [Fact]
    public void No_file_of_the_product_is_too_long() =>
        Assert.Empty(Projects.Files("src").Where(static path => File.ReadLines(path).Count() > MaxLines).Select(Projects.Relative));

    [Fact]
    public void A_file_holds_one_top_level_type_and_is_named_after_it()
    {
        var wrong = new List<string>();
        foreach (var path in Projects.Files("src"))
        {
            // File-scoped namespaces, so a top-level type begins in the first column. A generic type's file may leave its parameters out.
            var types = TopLevelType().Matches(File.ReadAllText(path)).Select(static match => match.Groups["name"].Value).Distinct().ToList();
            var name = Path.GetFileNameWithoutExtension(path);
            if (types.Count > 1 || (types.Count == 1 && name != types[0] && !name.StartsWith(types[0] + ".", StringComparison.Ordinal)))
                wrong.Add($"{Projects.Relative(path)}: {string.Join(", ", types)}");
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public void Sources_are_found_at_all()
    {
        // Else a moved folder would make every test above pass on nothing.
        var files = Projects.Files("src").ToList();
        Assert.Contains(files, static path => path.EndsWith("SsStateTable.cs", StringComparison.Ordinal));
        Assert.Contains("SecureStreams.Abstractions", Projects.Source);
    }

    [Theory]
    [InlineData("public sealed partial class Name<T> : Base", "Name")]
    [InlineData("internal readonly record struct Name(int A)", "Name")]
    [InlineData("public delegate Task<int> Name(int a);", "Name")]
    [InlineData("public ref struct Name", "Name")]
    [InlineData("file static class Name", "Name")]
    [InlineData("    public class Nested", null)]
    [InlineData("/// <summary>public class Name", null)]
    public void The_pattern_for_types_finds_them(string line, string? name) =>
        Assert.Equal(name ?? "", TopLevelType().Match(line).Groups["name"].Value);

    [GeneratedRegex(@"\b(TODO|FIXME|HACK|NotImplementedException)\b")]
    private static partial Regex Unfinished();

    [GeneratedRegex(@"^(?:(?:public|internal|file|static|abstract|sealed|partial|readonly|ref|unsafe)\s+)*(?:class|struct|interface|enum|record(?:\s+(?:class|struct))?|delegate\s+[\w<>\[\]?., ]+?)\s+(?<name>\w+)", RegexOptions.Multiline)]
    private static partial Regex TopLevelType();
}
