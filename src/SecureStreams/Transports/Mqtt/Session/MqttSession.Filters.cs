using System.Text;
using SecureStreams.Codecs.Mqtt;

namespace SecureStreams.Transports.Mqtt.Session;

/// <content>
/// The filters that the broker may be subscribed to in this session: a subscription outlasts connections and processes, and somebody has to know of one that is to be ended. A filter is taken down before
/// it is asked for, and forgotten when the broker has said that it has ended it, so that this side never knows of less than the broker has.
/// </content>
internal sealed partial class MqttSession
{
    private readonly Dictionary<string, MqttSessionFilter> _filters = new(StringComparer.Ordinal);
    private Dictionary<string, List<MqttSessionFilter>>? _inherited;

    /// <summary>All of them.</summary>
    public IReadOnlyCollection<MqttSessionFilter> Filters => _filters.Values;

    /// <summary>What is known of a filter; null when the broker does not have it.</summary>
    public MqttSessionFilter? FindFilter(string text) => _filters.GetValueOrDefault(text);

    /// <summary>A filter is going to be asked for, or is used that the broker has.</summary>
    /// <param name="text">The filter.</param>
    /// <param name="utf8">The filter as it goes out.</param>
    /// <param name="streamType">For a stream of which streamtype.</param>
    public void Subscribing(string text, byte[] utf8, string streamType)
    {
        if (!FilterOf(text, utf8).StreamTypes.Add(streamType) || !IsKeeping)
            return;
        _store.Subscribed(utf8, Encoding.UTF8.GetBytes(streamType));
        Changed();
    }

    /// <summary>The broker may have a filter of which this session does not know: a session object before this one did. That it is to be ended is taken down as with any other.</summary>
    public MqttSessionFilter MayHave(string text, byte[] utf8)
    {
        if (FindFilter(text) is { } known)
            return known;
        var filter = FilterOf(text, utf8);
        if (IsKeeping)
        {
            _store.Subscribed(utf8, default);
            Changed();
        }

        return filter;
    }

    /// <summary>The broker has ended a subscription.</summary>
    public void Unsubscribed(string text)
    {
        if (!_filters.Remove(text, out var filter) || !IsKeeping)
            return;
        _store.Unsubscribed(filter.Utf8);
        Changed();
    }

    /// <summary>The filters that an earlier process had for a streamtype, or with an empty name for none. The second time there are none.</summary>
    public IReadOnlyList<MqttSessionFilter> TakeInherited(string streamType) => _inherited is { } inherited && inherited.Remove(streamType, out var filters) ? filters : [];

    internal bool TryRestoreSubscribed(ReadOnlySpan<byte> filter, ReadOnlySpan<byte> streamType)
    {
        if (MqttTopics.FilterProblem(filter) is not null)
            return false;
        var one = FilterOf(Encoding.UTF8.GetString(filter), filter.ToArray());
        var type = Encoding.UTF8.GetString(streamType);
        if (type.Length > 0 && !one.StreamTypes.Add(type))
            return true;
        _inherited ??= new(StringComparer.Ordinal);
        if (!_inherited.TryGetValue(type, out var filters))
            _inherited.Add(type, filters = []);
        filters.Add(one);
        return true;
    }

    internal bool TryRestoreUnsubscribed(ReadOnlySpan<byte> filter)
    {
        if (MqttTopics.FilterProblem(filter) is not null)
            return false;

        // One that is not there is ended twice over, which says nothing against what follows.
        if (_filters.Remove(Encoding.UTF8.GetString(filter), out var one) && _inherited is { } inherited)
        {
            foreach (var filters in inherited.Values)
                filters.Remove(one);
        }

        return true;
    }

    private MqttSessionFilter FilterOf(string text, byte[] utf8)
    {
        if (!_filters.TryGetValue(text, out var filter))
            _filters.Add(text, filter = new MqttSessionFilter(text, utf8));
        return filter;
    }

    private void ForgetFilters()
    {
        _filters.Clear();
        _inherited = null;
    }

    private void DescribeFilters(IMqttSessionRecords to)
    {
        foreach (var filter in _filters.Values)
        {
            // One that nobody wants any more is the broker's all the same until it has said otherwise.
            if (filter.StreamTypes.Count == 0)
                to.Subscribed(filter.Utf8, default);
            foreach (var streamType in filter.StreamTypes)
                to.Subscribed(filter.Utf8, Encoding.UTF8.GetBytes(streamType));
        }
    }
}
