using System.Collections.Immutable;

namespace SecureStreams.Policy;

/// <summary>The effective policy of one streamtype: defaults filled in, names resolved to objects, immutable.</summary>
public sealed record StreamTypePolicy : PolicyPart
{
    /// <summary><c>connect_timeout_ms</c> where the policy states none.</summary>
    public static readonly TimeSpan DefaultConnectTimeout = TimeSpan.FromSeconds(20);

    /// <summary><c>rx_watermark_high</c> where the policy states none.</summary>
    public const int DefaultReceiveWatermarkHighBytes = 256 * 1024;

    /// <summary><c>rx_watermark_low</c> where the policy states none.</summary>
    public const int DefaultReceiveWatermarkLowBytes = 128 * 1024;

    /// <summary><c>tx_watermark_high</c> where the policy states none.</summary>
    public const int DefaultTransmitWatermarkHighBytes = 64 * 1024;

    /// <summary><c>server</c>: it listens instead of connecting.</summary>
    public required bool Server { get; init; }

    /// <summary><c>local_sink</c>: served by a sink inside the process; endpoint and protocol say nothing then.</summary>
    public required bool LocalSink { get; init; }

    /// <summary><c>endpoint</c>: client: host, address, <c>+unix path</c> or URL after expansion. Null when the policy has none.</summary>
    public required PolicyTemplate? Endpoint { get; init; }

    /// <summary><c>port</c>, 0..65535.</summary>
    public required int Port { get; init; }

    /// <summary><c>protocol</c>.</summary>
    public required WireProtocol Protocol { get; init; }

    /// <summary><c>tls</c>.</summary>
    public required bool Tls { get; init; }

    /// <summary><c>tls_trust_store</c>; null means the operating system's store.</summary>
    public required TrustStorePolicy? TrustStore { get; init; }

    /// <summary><c>retry</c>; null means that nothing is ever retried.</summary>
    public required RetryPolicy? Retry { get; init; }

    /// <summary><c>opportunistic</c>: do not reconnect by itself after a connection ended.</summary>
    public required bool Opportunistic { get; init; }

    /// <summary><c>nailed_up</c>: connect at creation.</summary>
    public required bool NailedUp { get; init; }

    /// <summary><c>allow_redirects</c>.</summary>
    public required bool AllowRedirects { get; init; }

    /// <summary><c>long_poll</c>: a response may take for ever.</summary>
    public required bool LongPoll { get; init; }

    /// <summary><c>timeout_ms</c>; null when not stated.</summary>
    public required TimeSpan? Timeout { get; init; }

    /// <summary><c>connect_timeout_ms</c>: how long one attempt may take until the connection can be used.</summary>
    public required TimeSpan ConnectTimeout { get; init; }

    /// <summary><c>rx_watermark_high</c>: with this many bytes waiting for the application, the peer is not read any more.</summary>
    public required int ReceiveWatermarkHigh { get; init; }

    /// <summary><c>rx_watermark_low</c>: with no more bytes than this waiting, the peer is read again. Never above <see cref="ReceiveWatermarkHigh"/>.</summary>
    public required int ReceiveWatermarkLow { get; init; }

    /// <summary><c>tx_watermark_high</c>: with this many bytes waiting for the peer, the application is not asked for more.</summary>
    public required int TransmitWatermarkHigh { get; init; }

    /// <summary><c>metadata</c> in the order of the policy.</summary>
    public required ImmutableArray<MetadataPolicy> Metadata { get; init; }

    /// <summary>What HTTP requests and upgrades read; present for h1, h2, h3 and ws (whose upgrade has a URL), null for other protocols.</summary>
    public required HttpPolicy? Http { get; init; }

    /// <summary>The request headers that blobs fill; null where the policy names none.</summary>
    public required BlobHeaderPolicy? BlobHeaders { get; init; }

    /// <summary>
    /// <c>use_auth</c>; where it is not stated but <c>http_auth_header</c> is, the scheme <see cref="AuthPolicy.DefaultName"/>. Null means no authentication.
    /// </summary>
    public required AuthPolicy? Auth { get; init; }

    /// <summary><c>server_cert</c>: the listener's certificate; null when the policy names none.</summary>
    public required CertificatePolicy? ServerCertificate { get; init; }

    /// <summary><c>server_key</c>: the listener's private key; null when the policy names none.</summary>
    public required CertificatePolicy? ServerKey { get; init; }

    /// <summary><c>tls_client_trust_store</c>: what the certificates of a listener's clients are checked against; null when the policy names none.</summary>
    public required TrustStorePolicy? ClientTrustStore { get; init; }

    /// <summary>By value, collections included, places not. Attributes that no member carries count as well; a stated default is no difference.</summary>
    public bool Equals(StreamTypePolicy? other) =>
        other is not null && Name == other.Name && Server == other.Server && LocalSink == other.LocalSink && Equals(Endpoint, other.Endpoint) && Port == other.Port &&
        Protocol == other.Protocol && Tls == other.Tls && Equals(TrustStore, other.TrustStore) && Equals(Retry, other.Retry) &&
        Opportunistic == other.Opportunistic && NailedUp == other.NailedUp && AllowRedirects == other.AllowRedirects && LongPoll == other.LongPoll &&
        Timeout == other.Timeout && ConnectTimeout == other.ConnectTimeout && ReceiveWatermarkHigh == other.ReceiveWatermarkHigh &&
        ReceiveWatermarkLow == other.ReceiveWatermarkLow && TransmitWatermarkHigh == other.TransmitWatermarkHigh && Metadata.AsSpan().SequenceEqual(other.Metadata.AsSpan()) && Equals(Http, other.Http) &&
        Equals(BlobHeaders, other.BlobHeaders) && Equals(Auth, other.Auth) && Equals(ServerCertificate, other.ServerCertificate) && Equals(ServerKey, other.ServerKey) &&
        Equals(ClientTrustStore, other.ClientTrustStore) && StatedValues.Same(this, other, IsOnlyStated);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Endpoint, Port, Protocol, Tls, Metadata.Length);

    /// <summary>Whether nothing but <see cref="PolicyPart.Stated"/> has the value.</summary>
    private static bool IsOnlyStated(PolicyPart part, PolicyAttributeInfo row) =>
        row is not PolicyAttributeInfo<StreamTypeParts> && (row is not PolicyAttributeInfo<HttpParts> || part is StreamTypePolicy { Http: null });
}
