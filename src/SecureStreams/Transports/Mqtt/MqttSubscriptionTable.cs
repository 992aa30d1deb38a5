using SecureStreams.Codecs.Mqtt;

namespace SecureStreams.Transports.Mqtt;

/// <summary>
/// The subscriptions of a connection, one for each distinct filter, and the streams that have them. Finding whose a message is costs a look into a table and a comparison with each filter that
/// has wildcards, and allocates nothing.
/// </summary>
internal sealed class MqttSubscriptionTable
{
    private readonly Dictionary<byte[], MqttSubscribed> _literal = new(Utf8Comparer.Instance);
    private readonly List<MqttSubscribed> _patterns = [];
    private long _match;

    /// <summary>All of them.</summary>
    public IEnumerable<MqttSubscribed> All => _literal.Values.Concat(_patterns);

    /// <summary>Adds a stream.</summary>
    /// <returns>The subscription, which may be new.</returns>
    public MqttSubscribed Add(MqttFilter filter, MqttMember member)
    {
        var subscribed = Find(filter.Utf8);
        if (subscribed is null)
        {
            subscribed = new MqttSubscribed(filter.Utf8, filter.Text);
            if (IsLiteral(filter.Utf8))
                _literal.Add(filter.Utf8, subscribed);
            else
                _patterns.Add(subscribed);
        }

        subscribed.Members.Add(member);
        return subscribed;
    }

    /// <summary>Takes a stream out.</summary>
    /// <returns>The subscription, if it was the last stream that had it: it is gone from the table.</returns>
    public MqttSubscribed? Remove(MqttFilter filter, MqttMember member)
    {
        if (Find(filter.Utf8) is not { } subscribed || !subscribed.Members.Remove(member) || subscribed.Members.Count > 0)
            return null;
        if (!_literal.Remove(subscribed.Filter))
            _patterns.Remove(subscribed);
        return subscribed;
    }

    /// <summary>The subscription with exactly this filter; null for none.</summary>
    public MqttSubscribed? Find(ReadOnlySpan<byte> filter)
    {
        if (_literal.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(filter, out var found))
            return found;
        foreach (var pattern in _patterns)
        {
            if (filter.SequenceEqual(pattern.Filter))
                return pattern;
        }

        return null;
    }

    /// <summary>Adds the streams that a message is for, each once.</summary>
    public void Match(ReadOnlySpan<byte> topic, List<MqttMember> into)
    {
        _match++;
        if (_literal.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(topic, out var literal))
            Collect(literal, into);
        foreach (var pattern in _patterns)
        {
            if (MqttTopics.Matches(pattern.Filter, topic))
                Collect(pattern, into);
        }
    }

    private static bool IsLiteral(ReadOnlySpan<byte> filter) => !filter.ContainsAny((byte)'+', (byte)'#') && !MqttTopics.TrySplitShared(filter, out _, out _);

    private void Collect(MqttSubscribed subscribed, List<MqttMember> into)
    {
        foreach (var member in subscribed.Members)
        {
            if (member.LastMatch == _match)
                continue;
            member.LastMatch = _match;
            into.Add(member);
        }
    }
}
