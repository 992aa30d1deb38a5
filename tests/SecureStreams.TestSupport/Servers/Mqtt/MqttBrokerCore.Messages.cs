using System.Text;
using SecureStreams.Codecs.Mqtt;

namespace SecureStreams.TestSupport.Servers.Mqtt;

/// <content>Messages: in, kept, and out.</content>
internal sealed partial class MqttBrokerCore
{
    /// <summary>Passes a message on: to all that are subscribed, and into what is retained.</summary>
    public void Spread(MqttBrokerMessage message)
    {
        if (message.Retain && message.Payload.Length == 0)
            _retained.Remove(message.Topic);
        else if (message.Retain)
            _retained[message.Topic] = message;
        foreach (var session in _sessions.Values)
        {
            if (session.Best(message) is { } subscription)
                Give(session, subscription, message, message.Retain && subscription.Options.RetainAsPublished);
        }
    }

    private static void Send(MqttBrokerSession session, MqttBrokerDelivery delivery, bool isDuplicate)
    {
        if (session.Link is not { } link)
            return;
        var publish = new MqttPublish
        {
            Topic = delivery.Message.TopicBytes,
            Qos = delivery.Qos,
            Retain = delivery.Retain,
            Duplicate = isDuplicate,
            PacketId = delivery.Id,
            PayloadBytes = delivery.Message.Payload.Length,
            Properties = link.Version == MqttVersion.V5 ? new MqttProperties(delivery.Properties) : default,
        };
        var head = new byte[MqttPacketWriter.MeasurePublishHead(link.Version, publish)];
        MqttPacketWriter.TryWritePublishHead(head, link.Version, publish, out _);
        link.Stage([.. head, .. delivery.Message.Payload]);
    }

    private static void Give(MqttBrokerSession session, MqttBrokerSubscription subscription, MqttBrokerMessage message, bool retain)
    {
        var qos = (MqttQos)Math.Min((int)message.Qos, (int)subscription.Options.Qos);
        var properties = message.Properties;
        if (subscription.Identifier != 0)
        {
            var identifier = new MqttPropertyWriter(new byte[8]);
            identifier.TryAdd(MqttPropertyId.SubscriptionIdentifier, subscription.Identifier);
            properties = [.. properties, .. identifier.Written];
        }

        var delivery = new MqttBrokerDelivery(message, qos, retain, properties);
        if (qos == MqttQos.AtMostOnce)
        {
            Send(session, delivery, isDuplicate: false);
            return;
        }

        session.Waiting.Enqueue(delivery);
        SendWaiting(session);
    }

    private static void SendWaiting(MqttBrokerSession session)
    {
        while (session.Link is { } link && session.InFlight.Count < link.Window && session.Waiting.TryDequeue(out var delivery))
        {
            delivery.Id = session.NextId();
            session.InFlight.Add(delivery);
            Send(session, delivery, isDuplicate: false);
        }
    }

    /// <summary>A session has a connection again: what was in flight is sent again in its order, then what waits.</summary>
    private static void Resume(MqttBrokerSession session)
    {
        foreach (var delivery in session.InFlight)
        {
            if (delivery.IsReleased)
                Ack(session.Link!, MqttPacketType.PublishRelease, delivery.Id, MqttReasonCode.Success);
            else
                Send(session, delivery, isDuplicate: true);
        }

        SendWaiting(session);
    }

    private static void Answered(MqttBrokerLink link, ushort id)
    {
        var session = link.Session!;
        session.InFlight.RemoveAll(delivery => delivery.Id == id);
        SendWaiting(session);
    }

    private static void Received(MqttBrokerLink link, ushort id, MqttReasonCode reason)
    {
        var session = link.Session!;
        var found = session.InFlight.Find(delivery => delivery.Id == id && delivery.Qos == MqttQos.ExactlyOnce);
        if (MqttReasonCodes.IsError(reason))
        {
            Answered(link, id);
            return;
        }

        if (found is { IsReleased: false })
        {
            // PUBRELs are repeated in the order of the PUBRECs.
            found.IsReleased = true;
            session.InFlight.Remove(found);
            session.InFlight.Add(found);
        }

        Ack(link, MqttPacketType.PublishRelease, id, found is null ? MqttReasonCode.PacketIdentifierNotFound : MqttReasonCode.Success);
    }

    private void BeginPublish(MqttBrokerLink link, in MqttPublish publish)
    {
        var topic = Encoding.UTF8.GetString(publish.Topic);
        if (publish.Properties.TryFind(MqttPropertyId.TopicAlias, out var alias))
        {
            if (topic.Length == 0)
                topic = link.Aliases[(ushort)alias.Number];
            else
                link.Aliases[(ushort)alias.Number] = topic;
        }

        Packets.Add($"{link.Number} PUBLISH{(publish.PacketId == 0 ? "" : $" {publish.PacketId}")} q{(int)publish.Qos}{(publish.Duplicate ? " dup" : "")}{(publish.Retain ? " retain" : "")} {topic}");
        link.Reading = new MqttBrokerMessage(topic, new byte[publish.PayloadBytes], publish.Qos, publish.Retain)
        {
            Properties = WithoutAlias(publish.Properties),
            From = link.Session!.ClientId,
        };
        link.ReadingId = publish.PacketId;
        link.ReadingIsDuplicate = publish.Duplicate;
        link.ReadingBytes = 0;
    }

    private void Published(MqttBrokerLink link)
    {
        var message = link.Reading!;
        var id = link.ReadingId;
        link.Reading = null;
        var session = link.Session!;
        var answer = options.AnswerPublish(message.Topic);
        var isNew = message.Qos != MqttQos.ExactlyOnce || !session.Incoming.Contains(id);
        if (isNew && !MqttReasonCodes.IsError(answer))
        {
            if (message.Qos == MqttQos.ExactlyOnce)
                session.Incoming.Add(id);
            Taken.Add(message);
            Spread(message);
        }

        if (message.Qos != MqttQos.AtMostOnce && options.AnswersPublish)
            Ack(link, message.Qos == MqttQos.AtLeastOnce ? MqttPacketType.PublishAck : MqttPacketType.PublishReceived, id, isNew ? answer : MqttReasonCode.Success);
    }

    private static byte[] WithoutAlias(MqttProperties properties)
    {
        var kept = new MqttPropertyWriter(new byte[properties.Encoded.Length]);
        foreach (var property in properties)
        {
            switch (property.Id)
            {
                case MqttPropertyId.TopicAlias:
                    break;
                case MqttPropertyId.UserProperty:
                    kept.TryAddUserProperty(property.Name, property.Value);
                    break;
                case MqttPropertyId.PayloadFormatIndicator or MqttPropertyId.MessageExpiryInterval:
                    kept.TryAdd(property.Id, property.Number);
                    break;
                default:
                    kept.TryAdd(property.Id, property.Value);
                    break;
            }
        }

        return kept.Written.ToArray();
    }

    private void Subscribe(MqttBrokerLink link, MqttPacket packet)
    {
        var session = link.Session!;
        var identifier = packet.Properties.NumberOr(MqttPropertyId.SubscriptionIdentifier, 0);
        var reasons = new List<MqttReasonCode>();
        var made = new List<(MqttBrokerSubscription Subscription, bool IsNew)>();
        foreach (var entry in packet.Subscriptions)
        {
            var filter = Encoding.UTF8.GetString(entry.Filter);
            Packets.Add($"{link.Number}   {filter} q{(int)entry.Options.Qos}");
            if (options.RefuseSubscribe(filter) is { } refusal)
            {
                reasons.Add(refusal);
                continue;
            }

            var before = session.Find(filter);
            if (before is not null)
                session.Subscriptions.Remove(before);
            var qos = (MqttQos)Math.Min((int)entry.Options.Qos, (int)options.MaximumQos);
            var subscription = new MqttBrokerSubscription(entry.Filter.ToArray(), entry.Options with { Qos = qos }, identifier);
            session.Subscriptions.Add(subscription);
            made.Add((subscription, before is null));
            reasons.Add((MqttReasonCode)qos);
        }

        if (options.AnswersSubscribe)
        {
            var bytes = new byte[MqttPacketWriter.MeasureSubscribeAck(link.Version, default, reasons.ToArray())];
            MqttPacketWriter.TryWriteSubscribeAck(bytes, link.Version, packet.PacketId, default, reasons.ToArray(), out _);
            link.Stage(bytes);
        }

        foreach (var (subscription, isNew) in made)
        {
            if (subscription.Options.RetainHandling == MqttRetainHandling.DoNotSend || (subscription.Options.RetainHandling == MqttRetainHandling.SendIfNew && !isNew))
                continue;
            foreach (var message in _retained.Values)
            {
                if (MqttTopics.Matches(subscription.Filter, message.TopicBytes))
                    Give(session, subscription, message, retain: true);
            }
        }
    }

    private void Unsubscribe(MqttBrokerLink link, MqttPacket packet)
    {
        var session = link.Session!;
        var reasons = new List<MqttReasonCode>();
        foreach (var entry in packet.Subscriptions)
        {
            var filter = Encoding.UTF8.GetString(entry.Filter);
            Packets.Add($"{link.Number}   {filter}");
            var found = session.Find(filter);
            if (found is not null)
                session.Subscriptions.Remove(found);
            reasons.Add(found is null ? MqttReasonCode.NoSubscriptionExisted : MqttReasonCode.Success);
        }

        var bytes = new byte[MqttPacketWriter.MeasureUnsubscribeAck(link.Version, default, reasons.ToArray())];
        MqttPacketWriter.TryWriteUnsubscribeAck(bytes, link.Version, packet.PacketId, default, reasons.ToArray(), out _);
        link.Stage(bytes);
    }
}
