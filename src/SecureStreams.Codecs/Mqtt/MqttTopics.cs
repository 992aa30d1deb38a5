namespace SecureStreams.Codecs.Mqtt;

/// <summary>Topic names and topic filters (section 4.7 of both versions), as UTF-8 bytes. Pure.</summary>
public static class MqttTopics
{
    /// <summary>The longest name or filter, in bytes.</summary>
    public const int MaxBytes = MqttTexts.MaxBytes;

    private const byte Separator = (byte)'/';
    private const byte OneLevel = (byte)'+';
    private const byte AllLevels = (byte)'#';

    private static ReadOnlySpan<byte> SharePrefix => "$share/"u8;

    /// <summary>What is wrong with a topic name, to which a message is published.</summary>
    /// <param name="topic">The name.</param>
    /// <returns>Null for nothing, else words that can follow "a topic that".</returns>
    public static string? NameProblem(ReadOnlySpan<byte> topic)
    {
        if (topic.IsEmpty)
            return "is empty";
        if (!MqttTexts.IsText(topic))
            return TextProblem(topic);
        return HasWildcard(topic) ? "has a wildcard in it ('+' or '#'), which only filters have" : null;
    }

    /// <summary>What is wrong with a topic filter, to which a client subscribes.</summary>
    /// <param name="filter">The filter.</param>
    /// <returns>Null for nothing, else words that can follow "a topic filter that".</returns>
    /// <remarks>A filter that begins with <c>$share/</c> must be that of a shared subscription (MQTT 5 section 4.8.2); brokers of MQTT 3.1.1 that know them take the same form.</remarks>
    public static string? FilterProblem(ReadOnlySpan<byte> filter)
    {
        if (filter.IsEmpty)
            return "is empty";
        if (!MqttTexts.IsText(filter))
            return TextProblem(filter);
        if (!filter.StartsWith(SharePrefix))
            return WildcardProblem(filter);
        if (!TrySplitShared(filter, out var group, out var inner))
            return "begins with $share/ and has no name of a group and no filter after it";
        return HasWildcard(group) ? "has a wildcard in the name of its group" : WildcardProblem(inner);
    }

    /// <summary>Takes the filter of a shared subscription apart: <c>$share/group/filter</c> (MQTT 5 section 4.8.2).</summary>
    /// <param name="filter">A filter.</param>
    /// <param name="group">The name of the group, not empty.</param>
    /// <param name="inner">The filter within, not empty.</param>
    /// <returns>Whether it is one.</returns>
    public static bool TrySplitShared(ReadOnlySpan<byte> filter, out ReadOnlySpan<byte> group, out ReadOnlySpan<byte> inner)
    {
        group = default;
        inner = default;
        if (!filter.StartsWith(SharePrefix))
            return false;
        var rest = filter[SharePrefix.Length..];
        var end = rest.IndexOf(Separator);
        if (end <= 0 || end == rest.Length - 1)
            return false;
        group = rest[..end];
        inner = rest[(end + 1)..];
        return true;
    }

    /// <summary>Whether messages with a topic are for a subscription. The filter of a shared subscription matches what the filter within it matches.</summary>
    /// <param name="filter">A filter without problem.</param>
    /// <param name="topic">A topic name without problem.</param>
    public static bool Matches(ReadOnlySpan<byte> filter, ReadOnlySpan<byte> topic)
    {
        if (TrySplitShared(filter, out _, out var inner))
            filter = inner;
        if (filter.IsEmpty || topic.IsEmpty)
            return false;

        // A wildcard at the beginning does not reach the topics that a server has for itself (section 4.7.2).
        if (topic[0] == (byte)'$' && filter[0] is OneLevel or AllLevels)
            return false;
        while (true)
        {
            if (filter is [AllLevels])
                return true;
            var filterEnd = filter.IndexOf(Separator);
            var topicEnd = topic.IndexOf(Separator);
            var filterLevel = filterEnd < 0 ? filter : filter[..filterEnd];
            var topicLevel = topicEnd < 0 ? topic : topic[..topicEnd];
            if (filterLevel is not [OneLevel] && !filterLevel.SequenceEqual(topicLevel))
                return false;
            if (topicEnd < 0)
            {
                // "a/#" is for "a" as well.
                return filterEnd < 0 || filter[(filterEnd + 1)..] is [AllLevels];
            }

            if (filterEnd < 0)
                return false;
            filter = filter[(filterEnd + 1)..];
            topic = topic[(topicEnd + 1)..];
        }
    }

    internal static bool HasWildcard(ReadOnlySpan<byte> topic) => topic.ContainsAny(OneLevel, AllLevels);

    private static string? WildcardProblem(ReadOnlySpan<byte> filter)
    {
        for (var at = filter.IndexOfAny(OneLevel, AllLevels); at >= 0;)
        {
            var isLevel = (at == 0 || filter[at - 1] == Separator) && (at == filter.Length - 1 || filter[at + 1] == Separator);
            if (!isLevel)
                return $"has '{(char)filter[at]}' beside other characters of a level, where it must be the whole level";
            if (filter[at] == AllLevels && at != filter.Length - 1)
                return "has '#' before its last level";
            var next = filter[(at + 1)..].IndexOfAny(OneLevel, AllLevels);
            at = next < 0 ? -1 : at + 1 + next;
        }

        return null;
    }

    private static string TextProblem(ReadOnlySpan<byte> text) =>
        text.Length > MaxBytes ? $"has {text.Length} bytes, and {MaxBytes} is the most" : text.Contains((byte)0) ? "has U+0000 in it" : "is not UTF-8";
}
