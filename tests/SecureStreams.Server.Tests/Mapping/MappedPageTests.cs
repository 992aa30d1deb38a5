using SecureStreams.TestSupport.Repository;

namespace SecureStreams.Server.Tests.Mapping;

/// <summary>The code that docs/servers.md shows of web applications is what <see cref="Documented"/> has, which compiles.</summary>
public sealed class MappedPageTests
{
    [Fact]
    public void The_page_shows_code_that_compiles()
    {
        var shown = Between(File.ReadAllText(RepoPaths.Combine("docs", "servers.md")), "<!-- begin mapped -->\n```csharp\n", "```\n<!-- end mapped -->");
        var code = Between(File.ReadAllText(RepoPaths.Combine("tests", "SecureStreams.Server.Tests", "Mapping", "Documented.cs")), "        // begin mapped\n", "        // end mapped");
        Assert.Equal(string.Join('\n', code.Split('\n').Select(static line => line.StartsWith("        ", StringComparison.Ordinal) ? line[8..] : line)), shown);
    }

    private static string Between(string text, string begin, string end)
    {
        var from = text.IndexOf(begin, StringComparison.Ordinal) + begin.Length;
        Assert.True(from >= begin.Length, $"There is no '{begin}'.");
        return text[from..text.IndexOf(end, from, StringComparison.Ordinal)];
    }
}
