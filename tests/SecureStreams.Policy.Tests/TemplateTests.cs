using Xunit;

namespace SecureStreams.Policy.Tests;

public sealed class TemplateTests
{
    [Theory]
    [InlineData("plain", "plain", "")]
    [InlineData("", "", "")]
    [InlineData("${a}", "<a>", "a")]
    [InlineData("x${a}y${b}z${a}", "x<a>y<b>z<a>", "a b")]
    [InlineData("$a $$ ${a}$", "$a $$ <a>$", "a")]
    [InlineData("${open", "${open", "")]
    [InlineData("${a}${open", "<a>${open", "a")]
    [InlineData("${}", "<>", "")]
    [InlineData("${${a}}", "<${a>}", "${a")]
    public void Symbols_are_replaced_and_everything_else_stays(string text, string expanded, string symbols)
    {
        var template = PolicyTemplate.Parse(text);
        Assert.Equal(text, template.Text);
        Assert.Equal(symbols, string.Join(' ', template.Symbols));
        Assert.Equal(expanded, template.Expand(static name => $"<{name}>"));
    }

    [Fact]
    public void Values_are_encoded_and_the_text_is_not() =>
        Assert.Equal("/a b?x=c%20d&y=", PolicyTemplate.Parse("/a b?x=${v}&y=${none}").Expand(static name => name == "v" ? "c d" : null, Uri.EscapeDataString));

    [Fact]
    public void A_value_with_a_symbol_in_it_is_not_expanded_again() =>
        Assert.Equal("${b}", PolicyTemplate.Parse("${a}").Expand(static name => name == "a" ? "${b}" : "wrong"));

    [Fact]
    public void Equality_is_by_text()
    {
        Assert.Equal(PolicyTemplate.Parse("a${b}"), PolicyTemplate.Parse("a${b}"));
        Assert.NotEqual(PolicyTemplate.Parse("a${b}"), PolicyTemplate.Parse("a${c}"));
        Assert.Equal(PolicyTemplate.Parse("a").GetHashCode(), PolicyTemplate.Parse("a").GetHashCode());
    }
}
