namespace SecureStreams.Codecs.Mqtt;

/// <summary>What the properties of a packet must be like for the packet to be taken (MQTT 5 section 2.2.2, and the sections of the packets).</summary>
internal static class MqttPropertyRules
{
    /// <summary>Takes the length of the properties and the properties off a packet, and checks them.</summary>
    /// <param name="cursor">Where they stand.</param>
    /// <param name="place">Whose they are.</param>
    /// <param name="reader">Which side reads.</param>
    /// <param name="properties">Their bytes.</param>
    /// <returns>Why the packet is refused, or null.</returns>
    public static MqttViolation? Take(scoped ref MqttCursor cursor, MqttPropertyPlaces place, MqttRole reader, out ReadOnlySpan<byte> properties)
    {
        properties = default;
        if (!cursor.TryVariable(out var length))
            return Malformed(place, "has no length of its properties, or one in a form that is none");
        if (!cursor.TryTake(length, out properties))
            return Malformed(place, $"states properties of {MqttPacketBody.Count(length)} and has {cursor.Rest.Length} left");
        return properties.IsEmpty ? null : Check(properties, place, reader);
    }

    private static MqttViolation? Check(ReadOnlySpan<byte> properties, MqttPropertyPlaces place, MqttRole reader)
    {
        ulong seen = 0;
        var all = new MqttPropertyEnumerator(properties);
        while (all.MoveNext())
        {
            var property = all.Current;
            if ((MqttPropertyTable.PlacesOf(property.Id) & place) == 0)
                return Malformed(place, $"has the property {NameOf(property.Id)}, which has no place in it");
            var bit = 1UL << (int)property.Id;
            if ((seen & bit) != 0 && !MayRepeat(property.Id, place))
                return Wrong(place, $"has the property {NameOf(property.Id)} twice");
            seen |= bit;
            if (Judge(property, place, reader) is { } wrong)
                return wrong;
        }

        if (all.IsMalformed)
        {
            return MqttPropertyTable.FormOf(all.MalformedId) == MqttPropertyForm.None
                ? Malformed(place, $"has a property {all.MalformedId}, which is none")
                : Malformed(place, $"ends within the property {NameOf((MqttPropertyId)all.MalformedId)}, or its value is in a form that is none");
        }

        const ulong Method = 1UL << (int)MqttPropertyId.AuthenticationMethod;
        const ulong Data = 1UL << (int)MqttPropertyId.AuthenticationData;
        return (seen & Data) != 0 && (seen & Method) == 0 ? Wrong(place, "has authentication data and no method that they are for") : null;
    }

    private static bool MayRepeat(MqttPropertyId id, MqttPropertyPlaces place) =>
        id == MqttPropertyId.UserProperty || (id == MqttPropertyId.SubscriptionIdentifier && place == MqttPropertyPlaces.Publish);

    private static MqttViolation? Judge(in MqttProperty property, MqttPropertyPlaces place, MqttRole reader)
    {
        switch (MqttPropertyTable.FormOf((int)property.Id))
        {
            case MqttPropertyForm.Byte when property.Number > 1:
                return Wrong(place, $"has the value {property.Number} for {NameOf(property.Id)}, which is 0 or 1");
            case MqttPropertyForm.Text when !MqttTexts.IsText(property.Value):
                return Malformed(place, $"has a value for {NameOf(property.Id)} that is not UTF-8 or has U+0000 in it");
            case MqttPropertyForm.TextPair when !MqttTexts.IsText(property.Name) || !MqttTexts.IsText(property.Value):
                return Malformed(place, "has a user property that is not UTF-8 or has U+0000 in it");
        }

        switch (property.Id)
        {
            case MqttPropertyId.ReceiveMaximum or MqttPropertyId.MaximumPacketSize or MqttPropertyId.SubscriptionIdentifier when property.Number == 0:
                return Wrong(place, $"has the value 0 for {NameOf(property.Id)}");
            case MqttPropertyId.TopicAlias when property.Number == 0:
                return new MqttViolation(MqttReasonCode.TopicAliasInvalid, $"{NameOf(place)} has topic alias 0");
            case MqttPropertyId.SubscriptionIdentifier when place == MqttPropertyPlaces.Publish && reader == MqttRole.Server:
                return Wrong(place, "has a subscription identifier, which clients do not send");
            case MqttPropertyId.SessionExpiryInterval when place == MqttPropertyPlaces.Disconnect && reader == MqttRole.Client:
                return Wrong(place, "has a session expiry interval, which servers do not send");
            case MqttPropertyId.ServerReference when place == MqttPropertyPlaces.Disconnect && reader == MqttRole.Server:
                return Wrong(place, "has a server reference, which clients do not send");
            // Servers pass it on as they got it. A client that ended its connection for it could be kept from working by anybody who publishes.
            case MqttPropertyId.ResponseTopic when reader == MqttRole.Server && MqttTopics.NameProblem(property.Value) is { } problem:
                return new MqttViolation(MqttReasonCode.TopicNameInvalid, $"{NameOf(place)} has a response topic that {problem}");
            default:
                return null;
        }
    }

    private static string NameOf(MqttPropertyId id) => MqttPropertyTable.NameOf(id);

    private static string NameOf(MqttPropertyPlaces place) =>
        place == MqttPropertyPlaces.Will ? "the will of CONNECT" : MqttPacketNames.Of((MqttPacketType)int.TrailingZeroCount((int)place));

    private static MqttViolation Malformed(MqttPropertyPlaces place, string what) => new(MqttReasonCode.MalformedPacket, $"{NameOf(place)} {what}");

    private static MqttViolation Wrong(MqttPropertyPlaces place, string what) => new(MqttReasonCode.ProtocolError, $"{NameOf(place)} {what}");
}
