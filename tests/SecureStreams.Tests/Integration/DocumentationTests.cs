using SecureStreams.TestSupport.Approval;
using SecureStreams.TestSupport.Repository;
using Xunit;

namespace SecureStreams.Tests.Integration;

/// <summary>The code in docs/hosting.md and docs/live-policy.md is code that is compiled.</summary>
public sealed class DocumentationTests
{
    [Theory]
    [InlineData("host", 8)]
    [InlineData("reporter", 4)]
    [InlineData("client", 8)]
    [InlineData("readings", 4)]
    [InlineData("plain", 8)]
    [InlineData("watch", 8, "live-policy")]
    public void A_piece_of_a_program(string name, int indent, string page = "hosting")
    {
        var source = File.ReadAllLines(RepoPaths.Combine("tests", "SecureStreams.Tests", "Integration", "Documented.cs"));
        var piece = source.SkipWhile(line => line.Trim() != $"// begin {name}").Skip(1).TakeWhile(line => line.Trim() != $"// end {name}").Select(line => line.Length > indent ? line[indent..] : "");
        Approved.Section($"```csharp\n{string.Join('\n', piece).TrimEnd()}\n```\n", $"docs/{page}.md", name);
    }
}
