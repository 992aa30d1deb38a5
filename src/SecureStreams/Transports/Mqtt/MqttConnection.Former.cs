using System.Collections.Immutable;
using SecureStreams.Codecs.Mqtt;
using SecureStreams.Transports.Mqtt.Session;

namespace SecureStreams.Transports.Mqtt;

/// <remarks>
/// In a session that lasts, subscriptions of streams that are away stay with the broker. One is ended there when it is known that nobody comes for it: the stream that had it has come back, with other
/// filters that the broker has granted by then, so that nothing which both match is missed; or of an earlier process, whose file says so, the streamtype that had it has, and its filters do not depend on
/// metadata; or whoever was to come has had <see cref="MqttDefaults.AbsentWait"/>. What the broker still sends of it is answered and dropped, so that it does not take up the window.
/// </remarks>
internal sealed partial class MqttConnection
{
    private readonly Queue<MqttSubscribed> _toUnsubscribe = new();
    private readonly Dictionary<ushort, MqttSubscribed> _endings = [];

    // Filters that the broker has ended, and may still have messages of.
    private readonly List<byte[]> _ended = [];
    private bool _isSessionPresent;

    /// <summary>UNSUBACK came.</summary>
    public void UnsubscribedOnMailbox(in MqttPacket packet)
    {
        if (!Session.ReturnRequestId(packet.PacketId) || !_endings.Remove(packet.PacketId, out var ended))
            return;

        // It may be wanted again and have been asked for since; and one that the broker does not end, it has.
        if (_table.Find(ended.Filter) is not null || IsAsked(ended.Text))
            return;
        foreach (var reason in packet.Reasons)
        {
            if (MqttReasonCodes.IsError(reason))
                return;
        }

        Session.Unsubscribed(ended.Text);
        if (_holdsForAbsent)
            _ended.Add(ended.Filter);
        foreach (var member in _members)
            member.Transport.Owner.Former.RemoveAll(one => one.Text == ended.Text);
    }

    /// <summary>A stream is connected, with the filters that it has now: those that it had before are nobody's, unless another stream has them.</summary>
    private void GiveUpFormerOnMailbox(MqttMember member)
    {
        var former = member.Transport.Owner.Former;
        if (!_isSessionPresent)
        {
            // The broker has begun anew; what was asked for on this connection is ended as streams leave it.
            former.Clear();
            return;
        }

        var before = _toUnsubscribe.Count;
        var type = member.Plan.Policy.Name;
        foreach (var filter in former)
        {
            var known = Session.MayHave(filter.Text, filter.Utf8);

            // Another stream of the streamtype may come with the metadata that make it, as long as is waited for who was there before.
            if (member.Plan.HasFixedFilters || !_holdsForAbsent)
                GiveUpOnMailbox(known, type);
        }

        if (member.Plan.HasFixedFilters)
        {
            foreach (var filter in Session.TakeInherited(type).Concat(Session.TakeInherited("")))
            {
                if (!member.Attempt.Filters.Any(one => one.Text == filter.Text))
                    GiveUpOnMailbox(filter, type);
            }
        }

        if (_toUnsubscribe.Count == before)
            return;
        DismissGivenUpOnMailbox();
        TurnOverSoonOnMailbox();
    }

    private void GiveUpOnMailbox(MqttSessionFilter filter, string streamType)
    {
        filter.StreamTypes.Remove(streamType);
        if (IsGivenUp(filter))
            _toUnsubscribe.Enqueue(new MqttSubscribed(filter.Utf8, filter.Text));
    }

    /// <summary>Whoever was to come has had the time to: what nobody has come for is ended.</summary>
    private void EndUnwantedOnMailbox()
    {
        _ended.Clear();
        if (_link is not { IsUp: true } || _members.Count == 0)
            return;
        var wanted = _table.All.Select(static one => one.Text).Concat(_away.SelectMany(static one => one.Attempt.Filters).Select(static one => one.Text)).ToHashSet(StringComparer.Ordinal);
        foreach (var filter in Session.Filters)
        {
            if (!wanted.Contains(filter.Text))
                _toUnsubscribe.Enqueue(new MqttSubscribed(filter.Utf8, filter.Text));
        }

        TurnOverSoonOnMailbox();
    }

    /// <summary>A stream that was to come back has had the time to.</summary>
    private void EndSubscriptionsOnMailbox(ImmutableArray<MqttFilter> filters)
    {
        // While others may still come, the end of that time looks after all.
        if (_holdsForAbsent || _link is not { IsUp: true } || _members.Count == 0)
            return;
        foreach (var filter in filters)
        {
            if (Session.FindFilter(filter.Text) is not null && !IsWanted(filter.Utf8, filter.Text))
                _toUnsubscribe.Enqueue(new MqttSubscribed(filter.Utf8, filter.Text));
        }
    }

    /// <summary>Whether what comes to a topic, and is for no stream that is there, is for none that may come.</summary>
    private bool IsGivenUp(ReadOnlySpan<byte> topic)
    {
        var isGivenUp = false;
        foreach (var filter in _ended)
            isGivenUp |= MqttTopics.Matches(filter, topic);
        foreach (var filter in Session.Filters)
        {
            if (!MqttTopics.Matches(filter.Utf8, topic))
                continue;
            if (!IsGivenUp(filter))
                return false;
            isGivenUp = true;
        }

        return isGivenUp;
    }

    private bool IsGivenUp(MqttSessionFilter filter) => filter.StreamTypes.Count == 0 && !IsWanted(filter.Utf8, filter.Text);

    private bool IsWanted(byte[] utf8, string text) => _table.Find(utf8) is not null || _away.Exists(one => one.Attempt.Filters.Any(filter => filter.Text == text));

    /// <summary>Whether the broker has still to answer a SUBSCRIBE for it.</summary>
    private bool IsAsked(string text) => _requests.Values.Any(one => one.Text == text);

    /// <summary>As <see cref="IsAsked"/>, an UNSUBSCRIBE.</summary>
    private bool IsEnding(string text) => _endings.Values.Any(one => one.Text == text);
}
