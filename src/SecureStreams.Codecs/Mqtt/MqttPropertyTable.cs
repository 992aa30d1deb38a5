using static SecureStreams.Codecs.Mqtt.MqttPropertyForm;
using static SecureStreams.Codecs.Mqtt.MqttPropertyPlaces;

namespace SecureStreams.Codecs.Mqtt;

/// <summary>Which property has which form and stands where: the table of MQTT 5 section 2.2.2.2, by identifier.</summary>
internal static class MqttPropertyTable
{
    private const MqttPropertyPlaces Message = MqttPropertyPlaces.Publish | Will;
    private const MqttPropertyPlaces WithReason = ConnectAck | PublishAcks | SubscribeAck | UnsubscribeAck | Disconnect | Authenticate;

    private static readonly (MqttPropertyForm Form, MqttPropertyPlaces Places, string Name)[] Rows = Make();

    public static MqttPropertyForm FormOf(int id) => (uint)id < (uint)Rows.Length ? Rows[id].Form : MqttPropertyForm.None;

    public static MqttPropertyPlaces PlacesOf(MqttPropertyId id) => Rows[(int)id].Places;

    public static string NameOf(MqttPropertyId id) => FormOf((int)id) == MqttPropertyForm.None ? $"property {(int)id}" : Rows[(int)id].Name;

    private static (MqttPropertyForm Form, MqttPropertyPlaces Places, string Name)[] Make()
    {
        var rows = new (MqttPropertyForm, MqttPropertyPlaces, string)[(int)MqttPropertyId.SharedSubscriptionAvailable + 1];
        Add(MqttPropertyId.PayloadFormatIndicator, MqttPropertyForm.Byte, Message, "Payload Format Indicator");
        Add(MqttPropertyId.MessageExpiryInterval, FourBytes, Message, "Message Expiry Interval");
        Add(MqttPropertyId.ContentType, Text, Message, "Content Type");
        Add(MqttPropertyId.ResponseTopic, Text, Message, "Response Topic");
        Add(MqttPropertyId.CorrelationData, Binary, Message, "Correlation Data");
        Add(MqttPropertyId.SubscriptionIdentifier, Variable, MqttPropertyPlaces.Publish | Subscribe, "Subscription Identifier");
        Add(MqttPropertyId.SessionExpiryInterval, FourBytes, Connect | ConnectAck | Disconnect, "Session Expiry Interval");
        Add(MqttPropertyId.AssignedClientIdentifier, Text, ConnectAck, "Assigned Client Identifier");
        Add(MqttPropertyId.ServerKeepAlive, TwoBytes, ConnectAck, "Server Keep Alive");
        Add(MqttPropertyId.AuthenticationMethod, Text, Connect | ConnectAck | Authenticate, "Authentication Method");
        Add(MqttPropertyId.AuthenticationData, Binary, Connect | ConnectAck | Authenticate, "Authentication Data");
        Add(MqttPropertyId.RequestProblemInformation, MqttPropertyForm.Byte, Connect, "Request Problem Information");
        Add(MqttPropertyId.WillDelayInterval, FourBytes, Will, "Will Delay Interval");
        Add(MqttPropertyId.RequestResponseInformation, MqttPropertyForm.Byte, Connect, "Request Response Information");
        Add(MqttPropertyId.ResponseInformation, Text, ConnectAck, "Response Information");
        Add(MqttPropertyId.ServerReference, Text, ConnectAck | Disconnect, "Server Reference");
        Add(MqttPropertyId.ReasonString, Text, WithReason, "Reason String");
        Add(MqttPropertyId.ReceiveMaximum, TwoBytes, Connect | ConnectAck, "Receive Maximum");
        Add(MqttPropertyId.TopicAliasMaximum, TwoBytes, Connect | ConnectAck, "Topic Alias Maximum");
        Add(MqttPropertyId.TopicAlias, TwoBytes, MqttPropertyPlaces.Publish, "Topic Alias");
        Add(MqttPropertyId.MaximumQos, MqttPropertyForm.Byte, ConnectAck, "Maximum QoS");
        Add(MqttPropertyId.RetainAvailable, MqttPropertyForm.Byte, ConnectAck, "Retain Available");
        Add(MqttPropertyId.UserProperty, TextPair, Message | WithReason | Connect | Subscribe | Unsubscribe, "User Property");
        Add(MqttPropertyId.MaximumPacketSize, FourBytes, Connect | ConnectAck, "Maximum Packet Size");
        Add(MqttPropertyId.WildcardSubscriptionAvailable, MqttPropertyForm.Byte, ConnectAck, "Wildcard Subscription Available");
        Add(MqttPropertyId.SubscriptionIdentifierAvailable, MqttPropertyForm.Byte, ConnectAck, "Subscription Identifiers Available");
        Add(MqttPropertyId.SharedSubscriptionAvailable, MqttPropertyForm.Byte, ConnectAck, "Shared Subscription Available");
        return rows;

        void Add(MqttPropertyId id, MqttPropertyForm form, MqttPropertyPlaces places, string name) => rows[(int)id] = (form, places, name);
    }
}
