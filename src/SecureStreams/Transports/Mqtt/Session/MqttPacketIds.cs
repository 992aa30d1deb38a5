namespace SecureStreams.Transports.Mqtt.Session;

/// <summary>
/// The packet identifiers of this side that are in use (MQTT 2.3.1 of 3.1.1, 2.2.1 of 5): of messages, and of SUBSCRIBE and UNSUBSCRIBE, which share them. Never 0, never one
/// in use, in turn, so that one comes back as late as it can.
/// </summary>
/// <param name="first">The first one given.</param>
internal sealed class MqttPacketIds(ushort first)
{
    private readonly Dictionary<ushort, MqttHeldMessage?> _used = [];
    private int _requests;
    private ushort _next = first == 0 ? (ushort)1 : first;

    /// <summary>How many are in use.</summary>
    public int Count => _used.Count;

    /// <summary>Gives one.</summary>
    /// <param name="message">Of which message; null for a request of another kind.</param>
    /// <returns>It; 0 when all 65535 are in use.</returns>
    public ushort Take(MqttHeldMessage? message)
    {
        if (_used.Count == ushort.MaxValue)
            return 0;
        while (true)
        {
            var id = _next;
            _next = id == ushort.MaxValue ? (ushort)1 : (ushort)(id + 1);
            if (!_used.TryAdd(id, message))
                continue;
            if (message is null)
                _requests++;
            return id;
        }
    }

    /// <summary>Marks one as used, which an earlier process gave.</summary>
    /// <returns>False when it is 0 or used.</returns>
    public bool TryUse(ushort id, MqttHeldMessage message)
    {
        if (id == 0 || !_used.TryAdd(id, message))
            return false;
        _next = id == ushort.MaxValue ? (ushort)1 : (ushort)(id + 1);
        return true;
    }

    /// <summary>The message that has it; null for none.</summary>
    public MqttHeldMessage? Find(ushort id) => _used.GetValueOrDefault(id);

    /// <summary>Whether it is in use by a request that is no message.</summary>
    public bool IsRequest(ushort id) => _used.TryGetValue(id, out var message) && message is null;

    /// <summary>It is free again.</summary>
    public void Return(ushort id)
    {
        if (_used.Remove(id, out var message) && message is null)
            _requests--;
    }

    /// <summary>Those of requests that are no messages are free again: they end with their connection.</summary>
    public void ReturnRequests()
    {
        if (_requests == 0)
            return;
        foreach (var (id, message) in _used)
        {
            if (message is null)
                _used.Remove(id);
        }

        _requests = 0;
    }

    /// <summary>All are free again.</summary>
    public void Clear()
    {
        _used.Clear();
        _requests = 0;
    }
}
