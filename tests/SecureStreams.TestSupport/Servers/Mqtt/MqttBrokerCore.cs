using System.Text;
using SecureStreams.Codecs.Mqtt;

namespace SecureStreams.TestSupport.Servers.Mqtt;

/// <summary>
/// What a broker does with what comes in: no sockets, no clock, no chance, so that it can be played again. Not thread-safe. A message of QoS 2 is passed on when it comes (section 4.3.3
/// leaves that open), and its identifier remembered until PUBREL.
/// </summary>
internal sealed partial class MqttBrokerCore(MqttBrokerOptions options)
{
    private readonly Dictionary<string, MqttBrokerSession> _sessions = [];
    private readonly SortedDictionary<string, MqttBrokerMessage> _retained = new(StringComparer.Ordinal);
    private int _assigned;

    /// <summary>Messages that were taken from clients, each once.</summary>
    public List<MqttBrokerMessage> Taken { get; } = [];

    /// <summary>The packets that came in, as <c>0 PUBLISH 7 q1 dup topic</c>: connection, name, and what tells one from another.</summary>
    public List<string> Packets { get; } = [];

    public IReadOnlyDictionary<string, MqttBrokerSession> Sessions => _sessions;

    public IReadOnlyDictionary<string, MqttBrokerMessage> Retained => _retained;

    /// <summary>Bytes came on a connection.</summary>
    public void Take(MqttBrokerLink link, ReadOnlySpan<byte> bytes)
    {
        while (!link.IsClosing)
        {
            switch (link.Reader.Read(ref bytes, out var packet))
            {
                case MqttReadKind.NeedMore:
                    return;
                case MqttReadKind.Violation:
                    Packets.Add($"{link.Number} VIOLATION {link.Reader.Violation!.Message}");
                    Close(link, link.Reader.Violation.Reason);
                    return;
                case MqttReadKind.Publish:
                    BeginPublish(link, packet.Publish);
                    break;
                case MqttReadKind.Payload:
                    packet.Payload.CopyTo(link.Reading!.Payload.AsSpan(link.ReadingBytes));
                    link.ReadingBytes += packet.Payload.Length;
                    if (packet.IsEnd)
                        Published(link);
                    break;
                default:
                    TakePacket(link, packet);
                    break;
            }
        }
    }

    /// <summary>The connection is gone.</summary>
    public void Gone(MqttBrokerLink link)
    {
        link.IsClosing = true;
        if (link.Session is not { } session)
            return;
        Detach(link);
        if (link.Will is { } will)
            Spread(will);
        if (!session.IsKept)
            _sessions.Remove(session.ClientId);
    }

    /// <summary>Ends a connection from this side.</summary>
    public static void Close(MqttBrokerLink link, MqttReasonCode reason)
    {
        if (link.Version == MqttVersion.V5 && link.Session is not null)
        {
            var bytes = new byte[MqttPacketWriter.MeasureDisconnect(MqttVersion.V5, reason, default)];
            MqttPacketWriter.TryWriteDisconnect(bytes, MqttVersion.V5, reason, default, out _);
            link.Stage(bytes);
        }

        link.IsClosing = true;
    }

    /// <summary>Forgets the sessions of those that are not connected.</summary>
    public void ForgetSessions()
    {
        foreach (var session in _sessions.Values.Where(static session => session.Link is null).ToArray())
            _sessions.Remove(session.ClientId);
    }

    private static void Detach(MqttBrokerLink link)
    {
        if (link.Session is { } session && session.Link == link)
            session.Link = null;
        link.Session = null;
    }

    private static void Ack(MqttBrokerLink link, MqttPacketType type, ushort id, MqttReasonCode reason)
    {
        var bytes = new byte[MqttPacketWriter.MeasureAck(link.Version, reason, default)];
        MqttPacketWriter.TryWriteAck(bytes, link.Version, type, id, reason, default, out _);
        link.Stage(bytes);
    }

    private void TakePacket(MqttBrokerLink link, MqttPacket packet)
    {
        if (packet.Type == MqttPacketType.Connect)
        {
            Connect(link, packet.Connect);
            return;
        }

        var reason = packet.Reason == MqttReasonCode.Success ? "" : $" {(byte)packet.Reason:X2}";
        Packets.Add($"{link.Number} {MqttPacketNames.Of(packet.Type)}{(packet.PacketId == 0 ? "" : $" {packet.PacketId}")}{reason}");
        switch (packet.Type)
        {
            case MqttPacketType.PublishAck:
                Answered(link, packet.PacketId);
                break;
            case MqttPacketType.PublishReceived:
                Received(link, packet.PacketId, packet.Reason);
                break;
            case MqttPacketType.PublishComplete:
                Answered(link, packet.PacketId);
                break;
            case MqttPacketType.PublishRelease:
                Ack(link, MqttPacketType.PublishComplete, packet.PacketId, link.Session!.Incoming.Remove(packet.PacketId) ? MqttReasonCode.Success : MqttReasonCode.PacketIdentifierNotFound);
                break;
            case MqttPacketType.Subscribe:
                Subscribe(link, packet);
                break;
            case MqttPacketType.Unsubscribe:
                Unsubscribe(link, packet);
                break;
            case MqttPacketType.PingRequest when options.AnswersPings:
                var pong = new byte[MqttPacketWriter.EmptyPacketBytes];
                MqttPacketWriter.TryWritePingResponse(pong, out _);
                link.Stage(pong);
                break;
            case MqttPacketType.Disconnect:
                if (packet.Reason != MqttReasonCode.DisconnectWithWill)
                    link.Will = null;
                if (packet.Properties.TryFind(MqttPropertyId.SessionExpiryInterval, out var expiry))
                    link.Session!.IsKept = expiry.Number > 0;
                link.IsClosing = true;
                break;
        }
    }

    private void Connect(MqttBrokerLink link, in MqttConnect connect)
    {
        var id = Encoding.UTF8.GetString(connect.ClientId);
        Packets.Add($"{link.Number} CONNECT {id}{(connect.CleanStart ? " clean" : "")} keepalive={connect.KeepAliveSeconds}{(connect.HasWill ? " will" : "")}");
        if (!options.AnswersConnect)
            return;
        if (options.RefuseConnect(id) is { } refusal)
        {
            ConnectAck(link, isPresent: false, refusal, assigned: null);
            link.IsClosing = true;
            return;
        }

        string? assigned = null;
        if (id.Length == 0)
            id = assigned = $"assigned-{++_assigned}";
        if (_sessions.GetValueOrDefault(id)?.Link is { } other)
        {
            Close(other, MqttReasonCode.SessionTakenOver);
            Gone(other);
        }

        if (connect.CleanStart)
            _sessions.Remove(id);
        var isPresent = _sessions.TryGetValue(id, out var session);
        session ??= _sessions[id] = new MqttBrokerSession(id);
        session.IsKept = connect.Version == MqttVersion.V5 ? connect.Properties.NumberOr(MqttPropertyId.SessionExpiryInterval, 0) > 0 : !connect.CleanStart;
        session.Link = link;
        link.Session = session;
        link.Window = Math.Min(options.Window, (int)connect.Properties.NumberOr(MqttPropertyId.ReceiveMaximum, ushort.MaxValue));
        if (connect.HasWill)
        {
            link.Will = new MqttBrokerMessage(Encoding.UTF8.GetString(connect.WillTopic), connect.WillPayload.ToArray(), connect.WillQos, connect.WillRetain)
            {
                From = id,
            };
        }

        ConnectAck(link, isPresent, MqttReasonCode.Success, assigned);
        Resume(session);
    }

    private void ConnectAck(MqttBrokerLink link, bool isPresent, MqttReasonCode reason, string? assigned)
    {
        var properties = new MqttPropertyWriter(new byte[1024]);
        var whole = default(MqttProperties);
        if (link.Version == MqttVersion.V5 && reason == MqttReasonCode.Success)
        {
            if (assigned is not null)
                properties.TryAdd(MqttPropertyId.AssignedClientIdentifier, Encoding.UTF8.GetBytes(assigned));
            if (options.TopicAliasMaximum > 0)
                properties.TryAdd(MqttPropertyId.TopicAliasMaximum, (uint)options.TopicAliasMaximum);
            if (options.MaximumQos != MqttQos.ExactlyOnce)
                properties.TryAdd(MqttPropertyId.MaximumQos, (uint)options.MaximumQos);
            whole = new MqttProperties((byte[])[.. properties.Written, .. options.ConnectAckProperties.Span]);
        }

        var bytes = new byte[MqttPacketWriter.MeasureConnectAck(link.Version, whole)];
        if (!MqttPacketWriter.TryWriteConnectAck(bytes, link.Version, isPresent, reason, whole, out _))
            throw new InvalidOperationException($"Reason {reason} cannot be said in a CONNACK of {link.Version}.");
        link.Stage(bytes);
    }
}
