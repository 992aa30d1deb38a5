using SecureStreams.Transports.Mqtt.Session;

namespace SecureStreams.Tests.Transports.Mqtt.Session;

/// <summary>All steps of a session as the records they are, never written anew.</summary>
internal sealed class SessionTape : IMqttSessionStore
{
    private readonly MqttSessionEncoder _all = new();

    /// <summary>Where each record ends, from 0 on.</summary>
    public List<int> Boundaries { get; } = [0];

    public int Length => _all.Gathered.Length;

    public bool IsKeeping => true;

    public string? Problem => null;

    /// <summary>The state that the first <paramref name="length"/> bytes make.</summary>
    public string StateAt(int length)
    {
        using var bench = new SessionBench(store: new Player(_all.Gathered[..length].ToArray()));
        return SessionText.Of(bench.Session);
    }

    public void Load(MqttSessionRestorer into)
    {
    }

    public void Commit(MqttSession session)
    {
    }

    public void Established() => Add(_all.Established);

    public void Held(ulong ticket, byte qos, bool retain, ReadOnlySpan<byte> topic, ReadOnlySpan<byte> properties, ReadOnlySpan<byte> payload)
    {
        _all.Held(ticket, qos, retain, topic, properties, payload);
        Boundaries.Add(Length);
    }

    public void Numbered(ulong ticket, ushort id) => Add(() => _all.Numbered(ticket, id));

    public void Released(ulong ticket) => Add(() => _all.Released(ticket));

    public void Settled(ulong ticket) => Add(() => _all.Settled(ticket));

    public void Accepted(ushort id) => Add(() => _all.Accepted(id));

    public void Forgotten(ushort id) => Add(() => _all.Forgotten(id));

    public void Subscribed(ReadOnlySpan<byte> filter, ReadOnlySpan<byte> streamType)
    {
        _all.Subscribed(filter, streamType);
        Boundaries.Add(Length);
    }

    public void Unsubscribed(ReadOnlySpan<byte> filter)
    {
        _all.Unsubscribed(filter);
        Boundaries.Add(Length);
    }

    public void Renewed() => Add(_all.Renewed);

    public void Ended() => Add(_all.Ended);

    public void Dispose()
    {
        // It is read after its session.
    }

    private void Add(Action record)
    {
        record();
        Boundaries.Add(Length);
    }

    private sealed class Player(byte[] bytes) : IMqttSessionStore
    {
        public bool IsKeeping => false;

        public string? Problem => null;

        public void Load(MqttSessionRestorer into)
        {
            using var source = new MemoryStream(bytes);
            Assert.Equal(bytes.Length, MqttSessionDecoder.Replay(source, into, out _));
        }

        public void Commit(MqttSession session) => throw new NotSupportedException();

        public void Established() => throw new NotSupportedException();

        public void Held(ulong ticket, byte qos, bool retain, ReadOnlySpan<byte> topic, ReadOnlySpan<byte> properties, ReadOnlySpan<byte> payload) =>
            throw new NotSupportedException();

        public void Numbered(ulong ticket, ushort id) => throw new NotSupportedException();

        public void Released(ulong ticket) => throw new NotSupportedException();

        public void Settled(ulong ticket) => throw new NotSupportedException();

        public void Accepted(ushort id) => throw new NotSupportedException();

        public void Forgotten(ushort id) => throw new NotSupportedException();

        public void Subscribed(ReadOnlySpan<byte> filter, ReadOnlySpan<byte> streamType) => throw new NotSupportedException();

        public void Unsubscribed(ReadOnlySpan<byte> filter) => throw new NotSupportedException();

        public void Renewed() => throw new NotSupportedException();

        public void Ended() => throw new NotSupportedException();

        public void Dispose()
        {
        }
    }
}
