using System.Text;
using SecureStreams.Codecs.Mqtt;

namespace SecureStreams.Codecs.Tests.Mqtt;

public class MqttTopicsTests
{
    /// <summary>The examples of section 4.7, and the corners between them.</summary>
    [Theory]
    [InlineData("sport/tennis/player1/#", "sport/tennis/player1", true)]
    [InlineData("sport/tennis/player1/#", "sport/tennis/player1/ranking", true)]
    [InlineData("sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon", true)]
    [InlineData("sport/tennis/player1/#", "sport/tennis/player10", false)]
    [InlineData("sport/#", "sport", true)]
    [InlineData("sport/#", "sport/", true)]
    [InlineData("#", "sport/tennis", true)]
    [InlineData("#", "/", true)]
    [InlineData("sport/tennis/+", "sport/tennis/player1", true)]
    [InlineData("sport/tennis/+", "sport/tennis/player1/ranking", false)]
    [InlineData("sport/+", "sport", false)]
    [InlineData("sport/+", "sport/", true)]
    [InlineData("+", "sport", true)]
    [InlineData("+", "/sport", false)]
    [InlineData("+/tennis/#", "sport/tennis", true)]
    [InlineData("+/+", "/finance", true)]
    [InlineData("/+", "/finance", true)]
    [InlineData("+", "/finance", false)]
    [InlineData("sport/+/player1", "sport/tennis/player1", true)]
    [InlineData("sport/+/player1", "sport//player1", true)]
    [InlineData("sport/+/player1", "sport/player1", false)]
    [InlineData("#", "$SYS/broker", false)]
    [InlineData("+/broker", "$SYS/broker", false)]
    [InlineData("$SYS/#", "$SYS/broker/uptime", true)]
    [InlineData("$SYS/monitor/+", "$SYS/monitor/Clients", true)]
    [InlineData("a/+/b", "a/$x/b", true)]
    [InlineData("ACCOUNTS", "Accounts", false)]
    [InlineData("a", "a/", false)]
    [InlineData("a/", "a", false)]
    [InlineData("a/b", "a/b", true)]
    [InlineData("a/b", "a/b/c", false)]
    [InlineData("a/b/c", "a/b", false)]
    [InlineData("+/b/#", "a/c", false)]
    [InlineData("a/+/#", "a", false)]
    [InlineData("a/+/#", "a/b", true)]
    [InlineData("Grüße/+", "Grüße/你", true)]
    [InlineData("$share/g/a/+", "a/b", true)]
    [InlineData("$share/g/a/+", "g/a/b", false)]
    [InlineData("$share/g/#", "$SYS/x", false)]
    [InlineData("$share/g//x", "/x", true)]
    public void Filters_match_as_the_standard_says(string filter, string topic, bool matches)
    {
        Assert.Null(MqttTopics.FilterProblem(Encoding.UTF8.GetBytes(filter)));
        Assert.Null(MqttTopics.NameProblem(Encoding.UTF8.GetBytes(topic)));
        Assert.Equal(matches, MqttTopics.Matches(Encoding.UTF8.GetBytes(filter), Encoding.UTF8.GetBytes(topic)));
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("sport/tennis#", "beside other characters")]
    [InlineData("sport/tennis/#/ranking", "before its last level")]
    [InlineData("#/", "before its last level")]
    [InlineData("##", "beside other characters")]
    [InlineData("sport+", "beside other characters")]
    [InlineData("+a/b", "beside other characters")]
    [InlineData("a/+b", "beside other characters")]
    [InlineData("a/b+/c", "beside other characters")]
    [InlineData("a\0b", "U+0000")]
    [InlineData("$share/", "no name of a group")]
    [InlineData("$share//a", "no name of a group")]
    [InlineData("$share/g", "no name of a group")]
    [InlineData("$share/g/", "no name of a group")]
    [InlineData("$share/+/a", "name of its group")]
    [InlineData("$share/g/a#", "beside other characters")]
    public void What_is_no_filter_is_told(string filter, string problem) =>
        Assert.Contains(problem, MqttTopics.FilterProblem(Encoding.UTF8.GetBytes(filter)), StringComparison.Ordinal);

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("a/+", "wildcard")]
    [InlineData("a#", "wildcard")]
    [InlineData("\0", "U+0000")]
    public void What_is_no_name_is_told(string name, string problem) =>
        Assert.Contains(problem, MqttTopics.NameProblem(Encoding.UTF8.GetBytes(name)), StringComparison.Ordinal);

    [Fact]
    public void Names_and_filters_are_texts_of_65535_bytes_at_most()
    {
        var longest = Enumerable.Repeat((byte)'a', 65_535).ToArray();
        Assert.Null(MqttTopics.NameProblem(longest));
        Assert.Null(MqttTopics.FilterProblem(longest));
        Assert.Contains("65536 bytes", MqttTopics.NameProblem([.. longest, (byte)'a']), StringComparison.Ordinal);
        Assert.Contains("65536 bytes", MqttTopics.FilterProblem([.. longest, (byte)'a']), StringComparison.Ordinal);
        Assert.Contains("not UTF-8", MqttTopics.NameProblem([0xED, 0xA0, 0x80]), StringComparison.Ordinal);
        Assert.Contains("not UTF-8", MqttTopics.FilterProblem([0xC0, 0x80]), StringComparison.Ordinal);
    }

    [Fact]
    public void Shared_filters_come_apart()
    {
        Assert.True(MqttTopics.TrySplitShared("$share/group/a/#"u8, out var group, out var filter));
        Assert.True(group.SequenceEqual("group"u8));
        Assert.True(filter.SequenceEqual("a/#"u8));
        Assert.False(MqttTopics.TrySplitShared("share/group/a"u8, out _, out _));
    }
}
