namespace SecureStreams;

/// <summary>What happened, independent of protocol and free of endpoints. Values are stable and never reused.</summary>
public enum SsCauseCode
{
    /// <summary>No cause.</summary>
    None = 0,

    /// <summary>The transaction or message exchange ended as it should.</summary>
    Completed = 1,

    // --- policy
    /// <summary>A symbol in the endpoint has no value, or the expanded endpoint or URL is not usable.</summary>
    EndpointInvalid = 100,

    /// <summary>The trust store of the streamtype has no usable certificate.</summary>
    TrustStoreUnusable = 101,

    /// <summary>The policy asks for something this build or platform does not provide.</summary>
    NotSupported = 102,

    /// <summary>A blob that the streamtype needs is not in the store, or has expired.</summary>
    BlobMissing = 110,

    /// <summary>A blob that the streamtype needs cannot be read, or cannot be used for what it is needed for.</summary>
    BlobUnusable = 111,

    // --- names
    /// <summary>The name does not exist, or has no address of a usable family.</summary>
    NameNotFound = 200,

    /// <summary>The resolver could not be asked or did not answer.</summary>
    NameResolutionFailed = 201,

    // --- connect
    /// <summary>Nobody listens there.</summary>
    ConnectionRefused = 300,

    /// <summary>No route to the network or host.</summary>
    NetworkUnreachable = 301,

    /// <summary>Any other failure to reach an address.</summary>
    ConnectFailed = 302,

    /// <summary>The proxy on the way said no, or could not reach the peer. Where it said what happened there, the code for that is used.</summary>
    ProxyRefused = 303,

    /// <summary>The proxy on the way wants a user name and password, or does not take those of the policy.</summary>
    ProxyAuthenticationFailed = 304,

    /// <summary>The local address or port to connect from cannot be had.</summary>
    LocalAddressUnavailable = 305,

    /// <summary>The streamtype is served inside the process, and nobody serves it now.</summary>
    NoLocalSink = 310,

    // --- tls
    /// <summary>The handshake failed for a reason other than those below.</summary>
    TlsHandshakeFailed = 400,

    /// <summary>The peer's certificate does not chain to the streamtype's trust store.</summary>
    CertificateUntrusted = 401,

    /// <summary>The peer's certificate, or one above it, is expired or not valid yet.</summary>
    CertificateExpired = 402,

    /// <summary>The peer's certificate is for another host.</summary>
    CertificateHostMismatch = 403,

    /// <summary>The peer's certificate is unusable for another reason (purpose, weak key, malformed).</summary>
    CertificateInvalid = 404,

    /// <summary>The peer did not agree to the protocol the policy names.</summary>
    AlpnMismatch = 405,

    /// <summary>The peer's certificate chains to the trust store, and has none of the keys that the policy pins (<c>tls_pins</c>).</summary>
    CertificatePinMismatch = 406,

    /// <summary>The peer's certificate, or one above it, was revoked by its issuer; asked for with <c>tls_revocation</c>.</summary>
    CertificateRevoked = 407,

    /// <summary>Whether the peer's certificate was revoked could not be learned, and the policy wants to know (<c>tls_revocation</c>). Retried like a failure of the network.</summary>
    RevocationUnknown = 408,

    /// <summary>The peer wants a certificate of this side and got none, or does not take the one it was shown.</summary>
    ClientCertificateRefused = 409,

    // --- protocol
    /// <summary>The peer sent something the protocol does not allow.</summary>
    ProtocolError = 500,

    /// <summary>The peer redirected and the policy does not allow it.</summary>
    RedirectRefused = 501,

    /// <summary>More redirects than allowed in one transaction.</summary>
    RedirectLimit = 502,

    /// <summary>The redirect has no usable target, or leads from TLS to plaintext.</summary>
    RedirectInvalid = 503,

    // --- payload
    /// <summary>The payload ended before it was complete.</summary>
    PayloadTruncated = 600,

    /// <summary>The application supplied more or fewer bytes than it announced.</summary>
    PayloadLengthMismatch = 601,

    /// <summary>A message or body is longer than its receiver allows.</summary>
    PayloadTooLarge = 602,

    /// <summary>Metadata that go with a message are not set, or are such that the message cannot carry them; the message is not sent.</summary>
    MetadataUnusable = 603,

    // --- peer
    /// <summary>The peer closed the connection in order.</summary>
    PeerClosed = 700,

    /// <summary>The peer or the network reset the connection.</summary>
    ConnectionReset = 701,

    /// <summary>The peer asked to come back later (HTTP 503 or 429, h2 GOAWAY).</summary>
    PeerBusy = 702,

    /// <summary>The peer answered, and not with what the policy expects as success.</summary>
    PeerRefused = 703,

    /// <summary>The peer does not take who this side says it is, or does not let it in: user name, password.</summary>
    CredentialsRefused = 704,

    /// <summary>Another client uses the same client id, or a stream of this context with other settings: a broker lets one of them in only.</summary>
    ClientIdInUse = 705,

    /// <summary>The peer has let this side in, and its access rules do not allow what was asked for.</summary>
    AccessDenied = 706,

    // --- local
    /// <summary>A handler returned <see cref="SsResult.Disconnect"/> or the application called <see cref="SecureStream.Disconnect"/>.</summary>
    LocalDisconnect = 800,

    /// <summary>A handler returned <see cref="SsResult.Destroy"/> or the application disposed the stream or its context.</summary>
    LocalDestroy = 801,

    /// <summary>A handler threw an exception; the stream disconnects.</summary>
    HandlerException = 802,

    /// <summary>The listener that accepted the stream is ending in order (<see cref="SsListener.DrainAsync"/>): what is under way may be finished, within the policy's <c>drain_timeout_ms</c>.</summary>
    ListenerDraining = 803,

    // --- timeout
    /// <summary>The attempt did not reach a connection within its bound.</summary>
    ConnectTimeout = 900,

    /// <summary>The peer took the request and did not answer within the bound.</summary>
    ResponseTimeout = 901,

    /// <summary>A transfer under way stalled for longer than the bound.</summary>
    InactivityTimeout = 902,

    /// <summary>The timer that the application started fired.</summary>
    ApplicationTimeout = 903,

    /// <summary>Nothing was heard from the peer for as long as the policy allows (<c>svalidhup</c>), although it was asked where the protocol can ask.</summary>
    PeerUnresponsive = 904,

    // --- update
    /// <summary>The policy was changed and has no such client streamtype any more.</summary>
    StreamTypeRemoved = 950,

    /// <summary>The policy was changed so that the connection had to be another: it ended in order, and the stream goes on under the new policy.</summary>
    PolicyChanged = 951,

    // --- internal
    /// <summary>A failure inside the runtime itself; the detail carries the exception. Please report it.</summary>
    InternalError = 990,
}
