using SecureStreams.TestSupport.Repository;
using Xunit;

namespace SecureStreams.Tests.Support;

/// <summary>Sections of documentation that are made by tests: between <c>&lt;!-- begin NAME --&gt;</c> and <c>&lt;!-- end NAME --&gt;</c>.</summary>
internal static class GeneratedDocs
{
    /// <summary>Compares the section with <paramref name="expected"/>; <c>UPDATE_DOCS=1</c> writes it instead.</summary>
    public static void Check(string path, string section, string expected)
    {
        var file = RepoPaths.Combine(path);
        var text = File.ReadAllText(file);
        var (begin, end) = ($"<!-- begin {section} -->\n", $"<!-- end {section} -->");
        var from = text.IndexOf(begin, StringComparison.Ordinal) + begin.Length;
        var to = text.IndexOf(end, StringComparison.Ordinal);
        Assert.True(from >= begin.Length && to >= from, $"{path} has no section {section}.");

        if (Environment.GetEnvironmentVariable("UPDATE_DOCS") == "1")
            File.WriteAllText(file, text[..from] + expected + text[to..]);
        else
            Assert.Equal(expected, text[from..to]);
    }
}
