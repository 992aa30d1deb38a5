using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace SecureStreams.Policy;

/// <summary>Gathers the values of a streamtype, beginning with their defaults. One for all streamtypes of a policy: there may be thousands.</summary>
internal sealed class StreamTypeParts
{
    private ImmutableArray<MetadataPolicy> _lastMetadata = [];

    public StreamTypeParts(ResolvedNames names)
    {
        Names = names;
        Clear();
    }

    /// <summary>For setters of attributes that name something.</summary>
    public ResolvedNames Names { get; }

    /// <summary>What only HTTP reads.</summary>
    public HttpParts Http { get; } = new();

    /// <summary>The headers that blobs fill.</summary>
    public BlobHeaderParts BlobHeaders { get; } = new();

    public bool Server { get; set; }

    public bool LocalSink { get; set; }

    public PolicyTemplate? Endpoint { get; set; }

    public int Port { get; set; }

    public WireProtocol Protocol { get; set; }

    public bool Tls { get; set; }

    public TrustStorePolicy? TrustStore { get; set; }

    public RetryPolicy? Retry { get; set; }

    public bool Opportunistic { get; set; }

    public bool NailedUp { get; set; }

    public bool AllowRedirects { get; set; }

    public bool LongPoll { get; set; }

    public TimeSpan? Timeout { get; set; }

    public TimeSpan ConnectTimeout { get; set; }

    public int ReceiveWatermarkHigh { get; set; }

    public int ReceiveWatermarkLow { get; set; }

    public int TransmitWatermarkHigh { get; set; }

    public AuthPolicy? Auth { get; set; }

    public CertificatePolicy? ServerCertificate { get; set; }

    public CertificatePolicy? ServerKey { get; set; }

    public TrustStorePolicy? ClientTrustStore { get; set; }

    public ImmutableArray<MetadataPolicy> Metadata { get; set; }

    /// <summary>Streamtypes of one policy often declare the same names, one after the other: they share the array.</summary>
    public ImmutableArray<MetadataPolicy> MetadataOf(ImmutableArray<PolicyPair> pairs)
    {
        if (!MetadataPolicy.Are(_lastMetadata, pairs))
            _lastMetadata = MetadataPolicy.Of(pairs);
        return _lastMetadata;
    }

    public static WireProtocol ProtocolOf(string text) => text switch
    {
        "h2" => WireProtocol.H2,
        "h3" => WireProtocol.H3,
        "ws" => WireProtocol.WebSocket,
        "mqtt" => WireProtocol.Mqtt,
        "raw" => WireProtocol.Raw,
        _ => WireProtocol.H1,
    };

    /// <summary>Back to the defaults.</summary>
    public void Clear()
    {
        Server = false;
        LocalSink = false;
        Endpoint = null;
        Port = 0;
        Protocol = WireProtocol.H1;
        Tls = false;
        TrustStore = null;
        Retry = null;
        Opportunistic = false;
        NailedUp = false;
        AllowRedirects = false;
        LongPoll = false;
        Timeout = null;
        ConnectTimeout = StreamTypePolicy.DefaultConnectTimeout;
        ReceiveWatermarkHigh = StreamTypePolicy.DefaultReceiveWatermarkHighBytes;
        ReceiveWatermarkLow = StreamTypePolicy.DefaultReceiveWatermarkLowBytes;
        TransmitWatermarkHigh = StreamTypePolicy.DefaultTransmitWatermarkHighBytes;
        Auth = null;
        ServerCertificate = null;
        ServerKey = null;
        ClientTrustStore = null;
        Metadata = [];
        Http.Clear();
        BlobHeaders.Clear();
    }

    public StreamTypePolicy Build(in StatedPart part) => new()
    {
        Name = part.Name,
        Location = part.Location,
        Stated = ImmutableCollectionsMarshal.AsImmutableArray(part.Values),
        Server = Server,
        LocalSink = LocalSink,
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
        ConnectTimeout = ConnectTimeout,
        ReceiveWatermarkHigh = ReceiveWatermarkHigh,
        ReceiveWatermarkLow = Math.Min(ReceiveWatermarkLow, ReceiveWatermarkHigh),
        TransmitWatermarkHigh = TransmitWatermarkHigh,
        Metadata = Metadata,
        Http = Protocol is WireProtocol.H1 or WireProtocol.H2 or WireProtocol.H3 or WireProtocol.WebSocket ? Http.Build() : null,
        BlobHeaders = BlobHeaders.Build(),
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
