using System.Text.RegularExpressions;
using SecureStreams.TestSupport.Repository;
using Xunit;

namespace SecureStreams.Policy.Tests;

/// <summary>Rules ask for attributes by name; a name that no row has would switch a rule off without a word.</summary>
public sealed partial class RuleNameTests
{
    [Fact]
    public void Every_name_that_a_rule_asks_for_has_a_row()
    {
        var known = PolicyAttributeTable.All.Select(static row => row.Name).ToHashSet(StringComparer.Ordinal);
        var asked = Directory.EnumerateFiles(RepoPaths.Combine("src", "SecureStreams.Policy", "Rules"), "*.cs")
            .SelectMany(static file => Question().Matches(File.ReadAllText(file)))
            .SelectMany(static call => Literal().Matches(call.Groups["names"].Value))
            .Select(static literal => literal.Groups[1].Value)
            .ToHashSet(StringComparer.Ordinal);
        Assert.InRange(asked.Count, 30, 300);
        Assert.Empty(asked.Where(name => !known.Contains(name) && !name.StartsWith('_')).Order(StringComparer.Ordinal));
    }

    [GeneratedRegex("""\b(?:Find|FindAny|Flag|IsWrong|IsStated|EffectiveNumber)\((?<names>(?:[^()"]|"[^"]*")*)\)""")]
    private static partial Regex Question();

    [GeneratedRegex("\"([^\"]+)\"")]
    private static partial Regex Literal();
}
