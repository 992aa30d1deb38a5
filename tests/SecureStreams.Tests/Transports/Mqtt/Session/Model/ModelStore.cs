using SecureStreams.Transports.Mqtt.Session;

namespace SecureStreams.Tests.Transports.Mqtt.Session.Model;

/// <summary>A journal in memory that outlasts sessions: as the file, but that a commit may be the last thing its process does, in the middle of it.</summary>
internal sealed class ModelStore(Random random, Func<bool> diesNow, Action committed) : IMqttSessionStore
{
    private readonly MqttSessionEncoder _gathered = new();
    private byte[] _kept = [];

    public bool IsKeeping => true;

    public string? Problem => null;

    public void Load(MqttSessionRestorer into)
    {
        using var kept = new MemoryStream(_kept);
        var taken = MqttSessionDecoder.Replay(kept, into, out var unfinished);
        Assert.True(taken == _kept.Length || unfinished);
        _kept = _kept[..(int)taken];
    }

    public void Commit(MqttSession session)
    {
        if (diesNow())
        {
            var written = random.Next(_gathered.Gathered.Length + 1);
            _kept = [.. _kept, .. _gathered.Gathered.Span[..written]];
            throw new ModelCrashException();
        }

        // Now and then anew, as when the file has grown.
        if (random.Next(16) == 0)
        {
            _gathered.Clear();
            session.Describe(_gathered);
            _kept = _gathered.Gathered.ToArray();
        }
        else
        {
            _kept = [.. _kept, .. _gathered.Gathered.Span];
        }

        _gathered.Clear();
        committed();
    }

    /// <summary>The process is gone, with what it had not committed.</summary>
    public void Crash() => _gathered.Clear();

    public void Established() => _gathered.Established();

    public void Held(ulong ticket, byte qos, bool retain, ReadOnlySpan<byte> topic, ReadOnlySpan<byte> properties, ReadOnlySpan<byte> payload) =>
        _gathered.Held(ticket, qos, retain, topic, properties, payload);

    public void Numbered(ulong ticket, ushort id) => _gathered.Numbered(ticket, id);

    public void Released(ulong ticket) => _gathered.Released(ticket);

    public void Settled(ulong ticket) => _gathered.Settled(ticket);

    public void Accepted(ushort id) => _gathered.Accepted(id);

    public void Forgotten(ushort id) => _gathered.Forgotten(id);

    public void Subscribed(ReadOnlySpan<byte> filter, ReadOnlySpan<byte> streamType) => _gathered.Subscribed(filter, streamType);

    public void Unsubscribed(ReadOnlySpan<byte> filter) => _gathered.Unsubscribed(filter);

    public void Renewed() => _gathered.Renewed();

    public void Ended() => _gathered.Ended();

    public void Dispose() => _gathered.Clear();
}
