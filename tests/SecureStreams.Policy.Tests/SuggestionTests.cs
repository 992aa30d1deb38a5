using Xunit;

namespace SecureStreams.Policy.Tests;

public sealed class SuggestionTests
{
    [Theory]
    [InlineData("port", "port", 0)]
    [InlineData("prot", "port", 1)]
    [InlineData("PORT", "port", 0)]
    [InlineData("", "abc", 3)]
    [InlineData("sunday", "saturday", 3)]
    [InlineData("ca", "abc", 3)]
    [InlineData("endpoint", "end_point", 1)]
    public void Distance_counts_typing_mistakes(string left, string right, int distance)
    {
        Assert.Equal(distance, Suggestion.Distance(left, right));
        Assert.Equal(distance, Suggestion.Distance(right, left));
    }

    [Theory]
    [InlineData("prot", "port")]
    [InlineData("time_out_ms", "timeout_ms")]
    [InlineData("xyz", null)]
    [InlineData("", null)]
    [InlineData("tlss", "tls")]
    public void Only_near_names_are_suggested(string written, string? expected) =>
        Assert.Equal(expected, Suggestion.Nearest(written, ["port", "protocol", "timeout_ms", "tls"]));

    [Fact]
    public void Names_too_long_to_be_mistyped_get_no_suggestion() => Assert.Null(Suggestion.Nearest(new string('a', 65), [new string('a', 64)]));
}
