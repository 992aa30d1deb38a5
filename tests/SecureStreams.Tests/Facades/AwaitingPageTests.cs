using SecureStreams.TestSupport.Approval;
using SecureStreams.TestSupport.Repository;
using Xunit;

namespace SecureStreams.Tests.Facades;

/// <summary>The code in docs/awaiting.md is code that is compiled.</summary>
public sealed class AwaitingPageTests
{
    [Theory]
    [InlineData("transact")]
    [InlineData("messages")]
    [InlineData("acknowledged")]
    [InlineData("bytes")]
    public void An_example(string name)
    {
        var source = File.ReadAllLines(RepoPaths.Combine("tests", "SecureStreams.Tests", "Facades", "AwaitingExamples.cs"));
        var piece = source.SkipWhile(line => line.Trim() != $"// begin {name}").Skip(1).TakeWhile(line => line.Trim() != $"// end {name}").Select(static line => line.Length > 8 ? line[8..] : line);
        Approved.Section($"```csharp\n{string.Join('\n', piece).TrimEnd()}\n```\n", "docs/awaiting.md", name);
    }
}
