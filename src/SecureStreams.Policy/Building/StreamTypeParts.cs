using System.Collections.Immutable;
using System.Runtime.InteropServices;

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

    public AuthPolicy? Auth { get; set; }

    public CertificatePolicy? ServerCertificate { get; set; }

    public CertificatePolicy? ServerKey { get; set; }

    public TrustStorePolicy? ClientTrustStore { get; set; }

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

    public StreamTypePolicy Build(in StatedPart part, HttpPolicy? http) => new()
    {
        Name = part.Name,
        Location = part.Location,
        Stated = ImmutableCollectionsMarshal.AsImmutableArray(part.Values),
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
        Auth = Auth ?? (StatesAuthHeader(part) ? Names.AuthOf(AuthPolicy.DefaultName) : null),
        ServerCertificate = ServerCertificate,
        ServerKey = ServerKey,
        ClientTrustStore = ClientTrustStore,
    };

    /// <summary>Which asks for the default scheme where no other is named.</summary>
    private static bool StatesAuthHeader(in StatedPart part)
    {
        foreach (ref readonly var value in part.Values.AsSpan())
        {
            if (value.Attribute.Name == "http_auth_header")
                return true;
        }

        return false;
    }
}
