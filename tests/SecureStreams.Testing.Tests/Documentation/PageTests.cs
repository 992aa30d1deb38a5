using System.Text.RegularExpressions;
using SecureStreams.TestSupport.Approval;
using SecureStreams.TestSupport.Repository;
using SecureStreams.Testing.Faults;

namespace SecureStreams.Testing.Tests.Documentation;

/// <summary>docs/testing.md shows code that runs, and every fault there is.</summary>
public sealed partial class PageTests
{
    private static readonly string Page = RepoPaths.Combine("docs", "testing.md");

    [Theory]
    [InlineData("portal")]
    [InlineData("nothing")]
    [InlineData("down")]
    [InlineData("storm")]
    public void An_example_is_the_code_of_a_test(string name)
    {
        var source = File.ReadAllLines(RepoPaths.Combine("tests", "SecureStreams.Testing.Tests", "Documentation", "Examples.cs"));
        var piece = source.SkipWhile(line => line.Trim() != $"// begin {name}").Skip(1).TakeWhile(line => line.Trim() != $"// end {name}").Select(static line => line.Length > 4 ? line[4..] : "");
        Approved.Section($"```csharp\n{string.Join('\n', piece).Trim()}\n```\n", "docs/testing.md", name);
    }

    [Fact]
    public void The_page_lists_every_fault_and_no_other()
    {
        var listed = Row().Matches(File.ReadAllText(Page)).SelectMany(static row => Name().Matches(row.Groups["names"].Value).Select(static name => FaultItem.Parse(name.Groups["name"].Value.Replace("=NNN", "=503", StringComparison.Ordinal).Replace("=N", "=1", StringComparison.Ordinal)).Kind));

        Assert.Equal(Enum.GetValues<FaultKind>().Order(), listed.Distinct().Order());
    }

    [GeneratedRegex(@"^\| (?<names>`[a-z_]+(=N+)?`[^|]*) \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex("`(?<name>[a-z_]+(=N+)?)`")]
    private static partial Regex Name();
}
