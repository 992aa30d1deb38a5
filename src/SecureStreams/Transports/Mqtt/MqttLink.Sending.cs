using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using SecureStreams.Codecs.Mqtt;
using SecureStreams.Transports.Connections;
using SecureStreams.Transports.Mqtt.Session;

namespace SecureStreams.Transports.Mqtt;

/// <remarks>
/// Small packets gather in the output and leave in one write. The payload of a large message follows its head piece by piece, as the network takes it; until it is whole nothing else can be said.
/// </remarks>
internal sealed partial class MqttLink
{
    private const int MaxPropertyBytes = 64;

    private byte[]? _body;
    private int _bodyAt;
    private int _bodyEnd;
    private MqttHeldMessage? _bodyOf;
    private readonly Dictionary<byte[], ushort> _numbers = new(Utf8Comparer.Instance);
    private byte[]? _numbered;
    private int _mostNumbers;
    private int _brokersMaximum = ushort.MaxValue;
    private long _maximumPacket = MqttReaderLimits.LargestPacketBytes;
    private int _maximumQos = 2;
    private bool _retains = true;

    /// <summary>Puts a message of QoS 0 in; its array goes back to the pool when it is out.</summary>
    /// <param name="message">The message.</param>
    /// <param name="refusal">Why this broker cannot be sent it: it was not put in, and its array is still the caller's.</param>
    /// <returns>False when it has to wait.</returns>
    public bool TryPutOnMailbox(in MqttOutgoing message, out MqttReasonCode refusal)
    {
        refusal = MqttReasonCode.Success;
        if (!IsWritable)
            return false;
        var head = new MqttPublish
        {
            Topic = message.Body.AsSpan(0, message.TopicBytes),
            Retain = message.Retain,
            Properties = new MqttProperties(message.Body.AsSpan(message.TopicBytes, message.PropertiesBytes)),
            PayloadBytes = message.PayloadBytes,
        };
        refusal = Judge(head);
        if (refusal != MqttReasonCode.Success)
            return true;
        var payload = message.TopicBytes + message.PropertiesBytes;
        if (PutPublish(head, message.Body, payload, payload + message.PayloadBytes))
            MqttBodies.Pool.Return(message.Body);
        return true;
    }

    /// <summary>Puts in what the session wants to be sent, and the rest of a payload before it, as far as there is room.</summary>
    public void PumpOnMailbox()
    {
        var session = _owner.Session;
        while (IsUp && ContinueBody() && MakeRoom() && session.TryTake(out var send))
        {
            if (send.Message is { } message)
                PutHeld(session, send, message);
            else
                PutAnswer(send);
        }
    }

    /// <summary>Asks for a subscription.</summary>
    public void PutSubscribe(ushort id, MqttSubscribed subscribed, int qos)
    {
        var one = new MqttSubscription(subscribed.Filter, new MqttSubscriptionOptions { Qos = (MqttQos)qos });
        var span = Output.GetSpan(MqttPacketWriter.MeasureSubscribe(Version, default, [one]));
        MqttPacketWriter.TryWriteSubscribe(span, Version, id, default, [one], out var written);
        Put(written);
    }

    /// <summary>Ends a subscription.</summary>
    public void PutUnsubscribe(ushort id, MqttSubscribed subscribed)
    {
        ReadOnlyMemory<byte> filter = subscribed.Filter;
        var span = Output.GetSpan(MqttPacketWriter.MeasureUnsubscribe(Version, default, [filter]));
        MqttPacketWriter.TryWriteUnsubscribe(span, Version, id, default, [filter], out var written);
        Put(written);
    }

    private void PutDisconnect(MqttReasonCode reason)
    {
        var span = Output.GetSpan(MqttPacketWriter.MeasureDisconnect(Version, reason, default));
        MqttPacketWriter.TryWriteDisconnect(span, Version, reason, default, out var written);
        Put(written);
    }

    /// <returns>Why it cannot be said, or null.</returns>
    private TransportFailure? PutConnect()
    {
        var policy = Setup.Policy;
        var settings = Settings;
        byte[]? password = null;
        byte[]? user = null;
        try
        {
            if (MqttCredentials.ReadBytes(policy, _owner.Factory.Blobs, settings.UserNameBlob, "mqtt_username_blob", out user) is { } noUser)
                return noUser;
            if (user is null && settings.NeedsUserName)
                return MqttCredentials.Missing(policy, settings.UserNameBlob, "mqtt_username_blob");
            var attribute = policy.Auth is not null && policy.Find("mqtt_password_blob") is null ? "use_auth" : "mqtt_password_blob";
            if (MqttCredentials.ReadBytes(policy, _owner.Factory.Blobs, settings.PasswordBlob, attribute, out password) is { } noPassword)
                return noPassword;
            if (password is null && settings.NeedsPassword)
                return MqttCredentials.Missing(policy, settings.PasswordBlob, attribute);
            if (user is not null && !MqttTexts.IsText(user))
                return new TransportFailure(SsPhase.Policy, SsCauseCode.BlobUnusable, $"Streamtype '{policy.Name}': the user name in blob '{settings.UserNameBlob}' is no text that the protocol can carry.");
            Span<byte> room = stackalloc byte[MaxPropertyBytes];
            var properties = new MqttPropertyWriter(room);
            if (Version == MqttVersion.V5)
            {
                if (settings.SessionExpirySeconds != 0)
                    properties.TryAdd(MqttPropertyId.SessionExpiryInterval, settings.SessionExpirySeconds);
                properties.TryAdd(MqttPropertyId.ReceiveMaximum, (uint)settings.ReceiveMaximum);
                if (settings.TopicAliases > 0)
                    properties.TryAdd(MqttPropertyId.TopicAliasMaximum, (uint)settings.TopicAliases);
            }

            var connect = new MqttConnect
            {
                Version = Version,
                CleanStart = settings.CleanStart,
                KeepAliveSeconds = (ushort)settings.KeepAliveSeconds,
                ClientId = Encoding.UTF8.GetBytes(_owner.ClientId),
                Properties = new MqttProperties(properties.Written),
                HasWill = settings.Will is not null,
                WillTopic = Encoding.UTF8.GetBytes(settings.Will?.Topic ?? ""),
                WillPayload = Encoding.UTF8.GetBytes(settings.Will?.Message ?? ""),
                WillQos = (MqttQos)(settings.Will?.Qos ?? 0),
                WillRetain = settings.Will?.Retain ?? false,

                // MQTT 3.1.1 has no password without a user name (MQTT-3.1.2-22).
                HasUserName = user is not null || (password is not null && Version == MqttVersion.V311),
                UserName = user,
                HasPassword = password is not null,
                Password = password,
            };
            var span = Output.GetSpan(MqttPacketWriter.MeasureConnect(connect));
            MqttPacketWriter.TryWriteConnect(span, connect, out var written);
            Put(written);
            Output.EraseOnMailbox();
            return null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(user);
            CryptographicOperations.ZeroMemory(password);
        }
    }

    /// <summary>Takes what the broker says of itself.</summary>
    private void Adopt(MqttProperties properties)
    {
        if (Version != MqttVersion.V5)
            return;
        _brokersMaximum = (int)properties.NumberOr(MqttPropertyId.ReceiveMaximum, ushort.MaxValue);
        _maximumPacket = Math.Min(_maximumPacket, properties.NumberOr(MqttPropertyId.MaximumPacketSize, uint.MaxValue));
        _mostNumbers = (int)Math.Min(Settings.TopicAliases, properties.NumberOr(MqttPropertyId.TopicAliasMaximum, 0));
        _maximumQos = (int)properties.NumberOr(MqttPropertyId.MaximumQos, 2);
        _retains = properties.NumberOr(MqttPropertyId.RetainAvailable, 1) != 0;
        if (properties.TryFind(MqttPropertyId.ServerKeepAlive, out var keepAlive))
            _keepAlive = TimeSpan.FromSeconds(keepAlive.Number);
    }

    private MqttReasonCode Judge(in MqttPublish head)
    {
        var bytes = MqttPacketWriter.MeasurePublishHead(Version, head);
        return bytes < 0 || (long)bytes + head.PayloadBytes > _maximumPacket ? MqttReasonCode.PacketTooLarge
            : (int)head.Qos > _maximumQos ? MqttReasonCode.QosNotSupported
            : head.Retain && !_retains ? MqttReasonCode.RetainNotSupported
            : MqttReasonCode.Success;
    }

    private void PutHeld(MqttSession session, in MqttSend send, MqttHeldMessage message)
    {
        var head = new MqttPublish
        {
            Topic = message.Topic,
            Qos = (MqttQos)message.Qos,
            Retain = message.Retain,
            Duplicate = send.IsDuplicate,
            PacketId = send.Id,
            Properties = new MqttProperties(message.Properties),
            PayloadBytes = message.Payload.Length,
        };
        if (Judge(head) is not MqttReasonCode.Success and var refusal)
        {
            _owner.SettleOnMailbox(session.Withdraw((byte)refusal));
            return;
        }

        if (message.Payload.Length <= MqttDefaults.WholeBytes)
        {
            PutWhole(head, message.Payload);
            session.Written();
            return;
        }

        PutHead(head);
        _bodyOf = message;
        _body = [];
        _bodyAt = 0;
        _bodyEnd = message.Payload.Length;
    }

    private void PutAnswer(in MqttSend send)
    {
        // The number of the packet is that of what the session wants.
        var reason = (MqttReasonCode)send.Reason;
        var span = Output.GetSpan(MqttPacketWriter.MeasureAck(Version, reason, default));
        MqttPacketWriter.TryWriteAck(span, Version, (MqttPacketType)send.Kind, send.Id, reason, default, out var written);
        Put(written);
    }

    /// <returns>Whether it is in whole; else its array is kept until it is.</returns>
    private bool PutPublish(in MqttPublish head, byte[] body, int from, int end)
    {
        if (end - from <= MqttDefaults.WholeBytes)
        {
            PutWhole(head, body.AsSpan(from, end - from));
            return true;
        }

        PutHead(head);
        (_body, _bodyAt, _bodyEnd) = (body, from, end);
        ContinueBody();
        return false;
    }

    private void PutWhole(in MqttPublish stated, ReadOnlySpan<byte> payload)
    {
        var head = Number(stated);
        var span = Output.GetSpan(MqttPacketWriter.MeasurePublishHead(Version, head) + payload.Length);
        MqttPacketWriter.TryWritePublishHead(span, Version, head, out var written);
        payload.CopyTo(span[written..]);
        Put(written + payload.Length);
    }

    private void PutHead(in MqttPublish stated)
    {
        var head = Number(stated);
        var span = Output.GetSpan(MqttPacketWriter.MeasurePublishHead(Version, head));
        MqttPacketWriter.TryWritePublishHead(span, Version, head, out var written);
        Put(written);
    }

    /// <summary>MQTT 5: a topic that was said before is left out, and its number stands for it.</summary>
    private MqttPublish Number(in MqttPublish stated)
    {
        if (_mostNumbers == 0)
            return stated;
        var isKnown = _numbers.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(stated.Topic, out var number);
        if (!isKnown)
        {
            if (_numbers.Count == _mostNumbers)
                return stated;
            number = (ushort)(_numbers.Count + 1);
            _numbers.Add(stated.Topic.ToArray(), number);
        }

        var encoded = stated.Properties.Encoded;
        if ((_numbered?.Length ?? 0) < encoded.Length + 3)
            _numbered = new byte[encoded.Length + 16];
        var properties = new MqttPropertyWriter(_numbered);
        properties.TryAdd(MqttPropertyId.TopicAlias, number);
        encoded.CopyTo(_numbered.AsSpan(properties.WrittenBytes));
        return new MqttPublish
        {
            Topic = isKnown ? default : stated.Topic,
            Qos = stated.Qos,
            Retain = stated.Retain,
            Duplicate = stated.Duplicate,
            PacketId = stated.PacketId,
            Properties = new MqttProperties(_numbered.AsSpan(0, properties.WrittenBytes + encoded.Length)),
            PayloadBytes = stated.PayloadBytes,
        };
    }

    /// <returns>Whether no payload is under way any more.</returns>
    private bool ContinueBody()
    {
        while (_body is not null)
        {
            if (!MakeRoom())
                return false;
            var payload = _bodyOf is { } message ? message.Payload : _body;
            var piece = payload[_bodyAt..Math.Min(_bodyEnd, _bodyAt + Math.Max(Output.Room, LinkDefaults.LeastRoomBytes))];
            piece.CopyTo(Output.GetSpan(piece.Length));
            Put(piece.Length);
            _bodyAt += piece.Length;
            if (_bodyAt < _bodyEnd)
                continue;
            if (_bodyOf is not null)
                _owner.Session.Written();
            ReturnBody();
        }

        return true;
    }

    private void ReturnBody()
    {
        if (_body is { Length: > 0 } body)
            MqttBodies.Pool.Return(body);
        _body = null;
        _bodyOf = null;
    }

    /// <summary>What is gathered leaves when there is little room behind it.</summary>
    /// <returns>Whether more can be put in.</returns>
    private bool MakeRoom() => Output.IsReady && (Output.Room > 0 || Output.FlushOnMailbox()) && !_ended;

    private void Put(int bytes)
    {
        Output.Advance(bytes);
        Output.ReleaseOnMailbox();
        _lastSent = Links.Time.GetTimestamp();
    }
}
