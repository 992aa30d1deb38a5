using System.Collections.Immutable;
using System.Net.Security;
using System.Text;
using SecureStreams.Codecs.Mqtt;
using SecureStreams.Core;
using SecureStreams.Network;
using SecureStreams.Policy;
using SecureStreams.Transports.Connections;
using SecureStreams.Transports.Http;

namespace SecureStreams.Transports.Mqtt;

/// <summary>What a policy says of mqtt, worked out once.</summary>
internal sealed class MqttPlan
{
    private readonly PolicyTemplate? _clientId;
    private readonly PolicyTemplate? _filter;
    private readonly MqttNoticePlan? _will;
    private readonly MqttNoticePlan? _birth;
    private readonly bool? _aws;
    private readonly bool _cleanStart;
    private readonly bool _isOverWebSocket;
    private readonly int _keepAlive;
    private readonly int _receiveMaximum;
    private readonly int _topicAliases;
    private readonly uint? _sessionExpiry;
    private readonly string? _userNameBlob;
    private readonly string? _passwordBlob;

    public MqttPlan(StreamTypePolicy policy, LinkPlan link)
    {
        Policy = policy;
        Link = link;
        Version = policy.Find("mqtt_version")?.Value.Number == 5 ? MqttVersion.V5 : MqttVersion.V311;
        Topic = Template("mqtt_topic");
        Qos = (int)(policy.Find("mqtt_qos")?.Value.Number ?? 0);
        Retain = policy.Find("mqtt_retain")?.Value.Flag ?? false;
        _aws = policy.Find("aws_iot")?.Value.Flag;
        MaxMessageBytes = policy.Find("max_message_bytes")?.Value.Number ?? MqttDefaults.MaxMessageBytes;
        ReceiveCap = (int)(policy.Find("mqtt_queue_bytes")?.Value.Number ?? MqttDefaults.QueueBytes);
        TopicIndex = IndexOf("$topic");
        QosIndex = IndexOf("$qos");
        RetainIndex = IndexOf("$retain");
        DuplicateIndex = IndexOf("$dup");
        Properties = Version == MqttVersion.V311 ? [] :
            [.. policy.Metadata.Select(static (one, index) => (index, one.Header)).Where(static one => one.Header is { Length: > 0 } and not ['$', ..]).Select(static one => (one.index, Encoding.UTF8.GetBytes(one.Header!)))];
        _clientId = Template("mqtt_client_id");
        _filter = Template("mqtt_subscribe");
        _will = MqttNoticePlan.Of(policy, "mqtt_will_");
        _birth = MqttNoticePlan.Of(policy, "mqtt_birth_");
        _cleanStart = policy.Find("mqtt_clean_start")?.Value.Flag ?? false;
        _isOverWebSocket = policy.Find("mqtt_over_ws")?.Value.Flag ?? false;
        _receiveMaximum = (int)(policy.Find("mqtt_receive_maximum")?.Value.Number ?? MqttDefaults.ReceiveMaximum);
        _topicAliases = (int)(policy.Find("mqtt_topic_alias_max")?.Value.Number ?? 0);
        _sessionExpiry = (uint?)policy.Find("mqtt_session_expiry")?.Value.Number;
        _userNameBlob = policy.Find("mqtt_username_blob")?.Value.Text;
        _passwordBlob = policy.Find("mqtt_password_blob")?.Value.Text;
        _keepAlive = (int)(policy.Find("mqtt_keep_alive")?.Value.Number ?? 0);
    }

    public StreamTypePolicy Policy { get; }

    /// <summary>How connections are made.</summary>
    public LinkPlan Link { get; }

    /// <summary>The version of the protocol.</summary>
    public MqttVersion Version { get; }

    /// <summary>Where messages go; null where the streamtype sends none.</summary>
    public PolicyTemplate? Topic { get; }

    /// <summary>Quality of service of what is published, and the highest of what is received.</summary>
    public int Qos { get; }

    /// <summary>Whether the broker keeps what is published.</summary>
    public bool Retain { get; }

    /// <summary>Whether the broker is AWS IoT.</summary>
    public bool IsAws => _aws ?? false;

    /// <summary>The largest message that is taken from either side.</summary>
    public long MaxMessageBytes { get; }

    /// <summary>Bytes that a stream which shares its connection may let wait.</summary>
    public int ReceiveCap { get; }

    /// <summary>The place of the metadata that is the topic of what was received; -1 for none.</summary>
    public int TopicIndex { get; }

    /// <summary>As <see cref="TopicIndex"/>, of its quality of service.</summary>
    public int QosIndex { get; }

    /// <summary>As <see cref="TopicIndex"/>, of whether the broker had kept it.</summary>
    public int RetainIndex { get; }

    /// <summary>As <see cref="TopicIndex"/>, of whether it may have come before.</summary>
    public int DuplicateIndex { get; }

    /// <summary>Whether metadata are made of anything of a message.</summary>
    public bool TakesValues => TopicIndex >= 0 || QosIndex >= 0 || RetainIndex >= 0 || DuplicateIndex >= 0 || !Properties.IsEmpty;

    /// <summary>MQTT 5: the metadata that travel in user properties, with the names of these.</summary>
    public ImmutableArray<(int Index, byte[] Name)> Properties { get; }

    /// <summary>Whether all streams of the streamtype subscribe to the same, whatever their metadata are.</summary>
    public bool HasFixedFilters => _filter is null or { IsLiteral: true } && (!IsAws || Topic is null or { IsLiteral: true });

    /// <summary>Where an attempt leads.</summary>
    /// <param name="metadata">The stream's metadata.</param>
    /// <param name="blobs">What the client id may be in.</param>
    /// <param name="attempt">Where it leads.</param>
    /// <returns>Why it leads nowhere, or null.</returns>
    public TransportFailure? Prepare(MetadataStore metadata, ISsBlobStore blobs, out MqttAttempt? attempt)
    {
        attempt = null;
        var schemes = _isOverWebSocket ? EndpointSchemes.WebSocket : EndpointSchemes.Mqtt;
        if (Link.Resolve(metadata, schemes, _isOverWebSocket ? SslApplicationProtocol.Http11 : default, _isOverWebSocket ? Policy.Tls ? 443 : 80 : 0, out var target) is { } nowhere)
            return nowhere;

        // On the port of HTTPS, AWS IoT takes MQTT from clients with certificates by this name alone. lws offers it to every broker; others may refuse who does.
        if (!_isOverWebSocket && target is { Port: 443, Tls: { } tls } && (_aws ?? IsHostOfAws(target.Host)))
            target = target with { Tls = tls with { Alpn = new SslApplicationProtocol("x-amzn-mqtt-ca") } };
        if (ClientIdOf(metadata, blobs, out var clientId) is { } noClientId)
            return noClientId;
        if (FiltersOf(metadata, out var filters) is { } noFilter)
            return noFilter;
        MqttNotice? will = null;
        MqttNotice? birth = null;
        if ((_will?.Expand(metadata, out will) ?? _birth?.Expand(metadata, out birth)) is { } noNotice)
            return noNotice;
        var settings = new MqttSettings
        {
            Version = Version,

            // Nobody could ever find a session again that has a name made by chance.
            CleanStart = _cleanStart || clientId is null,
            KeepAliveSeconds = _keepAlive,
            Will = will,
            Birth = birth,
            SessionExpirySeconds = clientId is null ? 0 : _sessionExpiry ?? (_cleanStart ? 0 : uint.MaxValue),
            ReceiveMaximum = _receiveMaximum,
            TopicAliases = Version == MqttVersion.V5 ? _topicAliases : 0,
            UserNameBlob = _userNameBlob ?? SsBlobNames.MqttUserName,
            NeedsUserName = _userNameBlob is not null,
            PasswordBlob = _passwordBlob ?? (Policy.Auth is { } auth ? auth.BlobName ?? SsBlobNames.Auth(auth.Blob) : SsBlobNames.MqttPassword),
            NeedsPassword = _passwordBlob is not null || Policy.Auth is not null,
        };
        var identity = new MqttIdentity(target!.Host.ToLowerInvariant(), target.Port, target.UnixPath, PathOf(metadata), clientId);
        attempt = new MqttAttempt(new MqttConnectionKey(identity, WayOf(target.Options), target.Tls?.Options, settings), target with { WantsFacts = true }, filters);
        return null;
    }

    private static bool IsHostOfAws(string host)
    {
        var name = host.AsSpan().TrimEnd('.');
        return name.EndsWith(".amazonaws.com", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".amazonaws.com.cn", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Streamtypes of one client stay on one connection whatever faults a test injects: two would drive each other out.</summary>
    private static DialOptions WayOf(DialOptions options) => options.Fault is null ? options : options with { Fault = null };

    /// <summary>AWS IoT answers what is published to the shadow of a thing on two topics below, which are nothing without somebody who listens.</summary>
    private ImmutableArray<MqttFilter> ShadowsOf(MetadataStore metadata)
    {
        if (!IsAws || Topic is not { } template || MqttText.Expand(Policy, "mqtt_topic", template, metadata, out var topic) is not null)
            return [];
        return topic.StartsWith("$aws/things/", StringComparison.Ordinal) && topic.Contains("/shadow/", StringComparison.Ordinal) && topic.AsSpan().IndexOfAny('+', '#') < 0
            ? [new MqttFilter(topic + "/accepted", Qos), new MqttFilter(topic + "/rejected", Qos)]
            : [];
    }

    /// <summary>Of the WebSocket; null where there is none.</summary>
    private string? PathOf(MetadataStore metadata)
    {
        if (!_isOverWebSocket)
            return null;
        var url = Policy.Find("http_url")?.Value.Template;
        return HttpTargetText.PathOf(url is null ? "" : url.IsLiteral ? url.Text : url.Expand(metadata.Outgoing, Uri.EscapeDataString));
    }

    private int IndexOf(string part) => Policy.Metadata.IndexOf(Policy.Metadata.FirstOrDefault(one => one.Header == part)!);

    private PolicyTemplate? Template(string attribute) => Policy.Find(attribute) is { Value.Template: { Text.Length: > 0 } template } ? template : null;

    /// <summary>The policy's, else the blob's, else null: one made by chance.</summary>
    private TransportFailure? ClientIdOf(MetadataStore metadata, ISsBlobStore blobs, out string? clientId)
    {
        clientId = null;
        string? text;
        var attribute = "mqtt_client_id";
        if (_clientId is { } template)
        {
            if (MqttText.Expand(Policy, attribute, template, metadata, out text) is { } unset)
                return unset;
        }
        else
        {
            if (MqttCredentials.Read(Policy, blobs, SsBlobNames.MqttClientId, attribute, out text) is { } unreadable)
                return unreadable;
        }

        if (text is null)
            return null;
        if (text.Length == 0)
            return MqttText.Bad(Policy, attribute, "has an empty client id; give its metadata or blob a value, or remove mqtt_client_id to have one made");
        if (!MqttTexts.IsText(Encoding.UTF8.GetBytes(text)))
            return MqttText.Bad(Policy, attribute, $"has a client id that the protocol cannot carry: at most {MqttTexts.MaxBytes} bytes of text without NUL");
        clientId = text;
        return null;
    }

    private TransportFailure? FiltersOf(MetadataStore metadata, out ImmutableArray<MqttFilter> filters)
    {
        filters = ShadowsOf(metadata);
        if (_filter is not { } template)
            return null;
        if (MqttText.Expand(Policy, "mqtt_subscribe", template, metadata, out var text) is { } unset)
            return unset;
        var filter = new MqttFilter(text, Qos);
        if (MqttTopics.FilterProblem(filter.Utf8) is { } problem)
            return MqttText.Bad(Policy, "mqtt_subscribe", $"has mqtt_subscribe '{OperatorText.Clean(text)}' after expansion, a topic filter that {problem}");
        if (IsAws && filter.Utf8.Length > MqttDefaults.AwsTopicBytes)
            return MqttText.Bad(Policy, "mqtt_subscribe", $"has mqtt_subscribe with {filter.Utf8.Length} bytes after expansion; AWS IoT takes {MqttDefaults.AwsTopicBytes} at most");
        filters = [filter, .. filters];
        return null;
    }
}
