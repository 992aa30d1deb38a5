using System.Text;
using SecureStreams.Transports.Mqtt.Session;

namespace SecureStreams.Tests.Transports.Mqtt.Session;

/// <summary>The whole state of a session as text, to compare.</summary>
internal sealed class SessionText : IMqttSessionRecords
{
    private readonly StringBuilder _text = new();
    private readonly SortedSet<int> _accepted = [];
    private readonly SortedSet<string> _filters = new(StringComparer.Ordinal);

    public static string Of(MqttSession session)
    {
        var text = new SessionText();
        session.Describe(text);
        return $"{text._text}{string.Concat(text._filters)}accepted {string.Join(',', text._accepted)}";
    }

    public void Established() => _text.Append("established\n");

    public void Held(ulong ticket, byte qos, bool retain, ReadOnlySpan<byte> topic, ReadOnlySpan<byte> properties, ReadOnlySpan<byte> payload) =>
        _text.Append($"held {ticket} q{qos}{(retain ? " retain" : "")} {Encoding.UTF8.GetString(topic)}={Encoding.UTF8.GetString(payload)} {Convert.ToHexString(properties)}\n");

    public void Numbered(ulong ticket, ushort id) => _text.Append($"numbered {ticket} {id}\n");

    public void Released(ulong ticket) => _text.Append($"released {ticket}\n");

    public void Settled(ulong ticket) => Assert.Fail("What is settled is no state.");

    public void Accepted(ushort id) => _accepted.Add(id);

    public void Forgotten(ushort id) => Assert.Fail("What is forgotten is no state.");

    public void Subscribed(ReadOnlySpan<byte> filter, ReadOnlySpan<byte> streamType) => _filters.Add($"filter {Encoding.UTF8.GetString(filter)} for {Encoding.UTF8.GetString(streamType)}\n");

    public void Unsubscribed(ReadOnlySpan<byte> filter) => Assert.Fail("What is ended is no state.");

    public void Renewed() => Assert.Fail("A renewal is no state.");

    public void Ended() => Assert.Fail("An end is no state.");
}
