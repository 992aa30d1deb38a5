using System.Buffers;
using System.Globalization;
using System.Text;
using SecureStreams.Codecs.Mqtt;

namespace SecureStreams.Codecs.Tests.Mqtt;

/// <summary>Feeds a reader and writes down what comes out, pieces of one payload put together: the same text however the input was cut.</summary>
internal sealed class PacketLog(MqttPacketReader reader) : IDisposable
{
    private readonly StringBuilder _story = new();
    private readonly List<byte> _payload = [];

    public static MqttReaderLimits Limits { get; } = new() { MaxPacketBytes = 1 << 20, TopicAliasMaximum = 10 };

    public MqttPacketReader Reader => reader;

    public string Story => _story.ToString();

    public int Pieces { get; private set; }

    /// <summary>A reader for tests that begins after CONNECT or CONNACK.</summary>
    public static MqttPacketReader Connected(MqttRole role, MqttVersion version, MqttReaderLimits? limits = null)
    {
        var reader = role == MqttRole.Client ? MqttPacketReader.ForClient(version, limits ?? Limits) : MqttPacketReader.ForServer(limits ?? Limits);
        ReadOnlySpan<byte> first = role == MqttRole.Client
            ? version == MqttVersion.V5 ? Hex.Bytes("20 03 00 00 00") : Hex.Bytes("20 02 00 00")
            : version == MqttVersion.V5 ? Hex.Bytes("10 0d 00 04 4d 51 54 54 05 02 00 00 00 00 00") : Hex.Bytes("10 0c 00 04 4d 51 54 54 04 02 00 00 00 00");
        Assert.Equal(MqttReadKind.Packet, reader.Read(ref first, out _));
        Assert.True(first.IsEmpty);
        return reader;
    }

    public static string Read(ReadOnlySpan<byte> bytes, int step, MqttPacketReader reader)
    {
        using var log = new PacketLog(reader);
        for (var at = 0; at < bytes.Length; at += step)
            log.Feed(bytes.Slice(at, Math.Min(step, bytes.Length - at)));
        return log.Story;
    }

    public void Dispose() => reader.Dispose();

    /// <summary>Feeds a copy of its own, which is spoiled afterwards: nothing may be kept of it.</summary>
    public void Feed(ReadOnlySpan<byte> bytes)
    {
        var copy = bytes.ToArray();
        ReadOnlySpan<byte> input = copy;
        while (true)
        {
            var before = input.Length;
            var kind = reader.Read(ref input, out var packet);
            Assert.True(input.Length <= before);
            Assert.True(kind != MqttReadKind.NeedMore || input.IsEmpty);
            if (!Take(kind, packet))
                break;
        }

        copy.AsSpan().Fill(0xEE);
    }

    public void Feed(ReadOnlySequence<byte> input)
    {
        while (true)
        {
            var kind = reader.Read(ref input, out var packet);
            Assert.True(kind != MqttReadKind.NeedMore || input.IsEmpty);
            if (!Take(kind, packet))
                break;
        }
    }

    private static string Show(ReadOnlySpan<byte> bytes) =>
        bytes.Length > 40 ? $"{bytes.Length}:{Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(bytes))[..8]}" : Encoding.Latin1.GetString(bytes);

    /// <summary>Writes down one thing that was read.</summary>
    /// <returns>Whether there may be more.</returns>
    private bool Take(MqttReadKind kind, MqttPacket packet)
    {
        switch (kind)
        {
            case MqttReadKind.NeedMore:
                return false;
            case MqttReadKind.Violation:
                _story.Append(CultureInfo.InvariantCulture, $"violation {(byte)reader.Violation!.Reason:X2}");
                return false;
            case MqttReadKind.Publish:
                Tell(packet.Publish);
                break;
            case MqttReadKind.Payload:
                Pieces++;
                _payload.AddRange(packet.Payload);
                if (packet.IsEnd)
                {
                    _story.Append(" = ").Append(Show([.. _payload])).Append("; ");
                    _payload.Clear();
                }

                break;
            default:
                Tell(packet);
                _story.Append("; ");
                break;
        }

        return true;
    }

    private void Tell(MqttPublish publish)
    {
        _story.Append(CultureInfo.InvariantCulture, $"PUBLISH {Show(publish.Topic)} q{(int)publish.Qos}");
        if (publish.PacketId != 0)
            _story.Append(CultureInfo.InvariantCulture, $" #{publish.PacketId}");
        _story.Append(publish.Retain ? " retain" : "").Append(publish.Duplicate ? " dup" : "");
        Tell(publish.Properties);
        _story.Append(CultureInfo.InvariantCulture, $" ({publish.PayloadBytes})");
    }

    private void Tell(MqttPacket packet)
    {
        _story.Append(MqttPacketNames.Of(packet.Type));
        if (packet.PacketId != 0)
            _story.Append(CultureInfo.InvariantCulture, $" #{packet.PacketId}");
        if (packet.Reason != 0)
            _story.Append(CultureInfo.InvariantCulture, $" {(byte)packet.Reason:X2}");
        _story.Append(packet.SessionPresent ? " present" : "");
        if (packet.Type == MqttPacketType.Connect)
            Tell(packet.Connect);
        Tell(packet.Properties);
        foreach (var entry in packet.Subscriptions)
        {
            var options = entry.Options;
            _story.Append(CultureInfo.InvariantCulture, $" {Show(entry.Filter)}");
            if (packet.Type == MqttPacketType.Subscribe)
                _story.Append(CultureInfo.InvariantCulture, $":q{(int)options.Qos}").Append(options.NoLocal ? "n" : "").Append(options.RetainAsPublished ? "p" : "").Append("r" + (int)options.RetainHandling);
        }

        foreach (var reason in packet.Reasons)
            _story.Append(CultureInfo.InvariantCulture, $" [{(byte)reason:X2}]");
    }

    private void Tell(MqttConnect connect)
    {
        _story.Append(CultureInfo.InvariantCulture, $" {connect.Version} '{Show(connect.ClientId)}' {connect.KeepAliveSeconds}s").Append(connect.CleanStart ? " clean" : "");
        if (connect.HasWill)
        {
            _story.Append(CultureInfo.InvariantCulture, $" will {Show(connect.WillTopic)}={Show(connect.WillPayload)} q{(int)connect.WillQos}").Append(connect.WillRetain ? " retain" : "");
            Tell(connect.WillProperties);
        }

        if (connect.HasUserName)
            _story.Append(CultureInfo.InvariantCulture, $" user '{Show(connect.UserName)}'");
        if (connect.HasPassword)
            _story.Append(CultureInfo.InvariantCulture, $" password '{Show(connect.Password)}'");
    }

    private void Tell(MqttProperties properties)
    {
        if (properties.IsEmpty)
            return;
        _story.Append(" {");
        foreach (var property in properties)
        {
            _story.Append(CultureInfo.InvariantCulture, $"{(int)property.Id}={property.Number}");
            if (!property.Name.IsEmpty || !property.Value.IsEmpty)
                _story.Append(CultureInfo.InvariantCulture, $"{Show(property.Name)}:{Show(property.Value)}");
            _story.Append(' ');
        }

        _story.Append('}');
    }
}
