using System.Collections.Immutable;

namespace SecureStreams.Policy;

/// <summary>Gathers the values of a streamtype, beginning with their defaults.</summary>
internal sealed class StreamTypeParts(ResolvedNames names)
{
    /// <summary>For setters of attributes that name something.</summary>
    public ResolvedNames Names { get; } = names;

    public bool Server { get; set; }

    public PolicyTemplate? Endpoint { get; set; }

    public int Port { get; set; }

    public WireProtocol Protocol { get; set; } = WireProtocol.H1;

    public bool Tls { get; set; }

    public TrustStorePolicy? TrustStore { get; set; }

    public RetryPolicy? Retry { get; set; }

    public bool Opportunistic { get; set; }

    public bool NailedUp { get; set; }

    public bool AllowRedirects { get; set; }

    public bool LongPoll { get; set; }

    public TimeSpan? Timeout { get; set; }

    public ImmutableArray<MetadataPolicy> Metadata { get; set; } = [];

    public static WireProtocol ProtocolOf(string text) => text switch
    {
        "h2" => WireProtocol.H2,
        "h3" => WireProtocol.H3,
        "ws" => WireProtocol.WebSocket,
        "mqtt" => WireProtocol.Mqtt,
        "raw" => WireProtocol.Raw,
        _ => WireProtocol.H1,
    };

    public StreamTypePolicy Build(string name, HttpPolicy? http, ImmutableArray<PolicyAttributeValue> additional, PolicyProvenance provenance) => new()
    {
        Name = name,
        Server = Server,
        Endpoint = Endpoint,
        Port = Port,
        Protocol = Protocol,
        Tls = Tls,
        TrustStore = TrustStore,
        Retry = Retry,
        Opportunistic = Opportunistic,
        NailedUp = NailedUp,
        AllowRedirects = AllowRedirects,
        LongPoll = LongPoll,
        Timeout = Timeout,
        Metadata = Metadata,
        Http = http,
        Additional = additional,
        Provenance = provenance,
    };
}
