using System.Text;
using Xunit;

namespace SecureStreams.Policy.Tests;

/// <summary>Escapes that are well-formed and stand for no character.</summary>
public sealed class EscapeTests
{
    [Theory]
    [InlineData("", false)]
    [InlineData("\\n\\\"", false)]
    [InlineData("\\ud83d\\ude00", false)]
    [InlineData("a\\uD83D\\uDE00b\\ud83d\\ude00", false)]
    [InlineData("\\\\ud800", false)]
    [InlineData("\\ud7ff\\ue000", false)]
    [InlineData("\\ud800", true)]
    [InlineData("\\ude00", true)]
    [InlineData("\\ud83d\\ud83d\\ude00", true)]
    [InlineData("\\ud83d\\ude00\\ude00", true)]
    [InlineData("\\ud83dx\\ude00", true)]
    [InlineData("\\ud83d\\n\\ude00", true)]
    [InlineData("\\ud83d\\u0041", true)]
    public void Half_a_pair_is_told_from_a_whole_one(string escaped, bool isHalf)
    {
        Assert.Equal(isHalf, JsonEscapes.HasHalfPair(Encoding.UTF8.GetBytes(escaped)));
        var result = PolicyLoader.Load(Encoding.UTF8.GetBytes($$"""{ "release": "{{escaped}}", "s": [ { "one": { "endpoint": "a" } } ] }"""), "p");
        Assert.Equal(isHalf, result.Diagnostics.Any(static one => one.Id == "SSP0014"));
    }
}
