using SecureStreams.TestSupport.Approval;
using SecureStreams.TestSupport.Repository;

namespace SecureStreams.CompiledPolicy.Tests;

/// <summary>The code in docs/compiled-policies.md is code that is compiled.</summary>
public class DocumentationTests
{
    private const string Page = "docs/compiled-policies.md";

    [Theory]
    [InlineData("compile")]
    [InlineData("run")]
    public void A_piece_of_a_program(string name)
    {
        var source = File.ReadAllLines(RepoPaths.Combine("tests", "SecureStreams.CompiledPolicy.Tests", "Documented.cs"));
        var piece = source.SkipWhile(line => line.Trim() != $"// begin {name}").Skip(1).TakeWhile(line => line.Trim() != $"// end {name}").Select(static line => line.Length > 8 ? line[8..] : line);
        Approved.Section($"```csharp\n{string.Join('\n', piece)}\n```\n", Page, name);
    }

    [Fact]
    public void A_compiled_policy() => Approved.Section($"```csharp\n{Case.Find("DemoPolicy").Compile()}```\n", Page, "source");
}
