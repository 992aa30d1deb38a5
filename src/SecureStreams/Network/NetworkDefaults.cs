namespace SecureStreams.Network;

/// <summary>The bounds of dialing.</summary>
internal static class NetworkDefaults
{
    /// <summary>How long after the first notice of a change of this machine's network it is acted on: an address comes before the route that makes it useful.</summary>
    public static readonly TimeSpan NetworkSettles = TimeSpan.FromSeconds(1);

    /// <summary>How long an attempt may take until its connection can be used, where the policy states no <c>connect_timeout_ms</c>.</summary>
    public static readonly TimeSpan ConnectTimeout = Policy.StreamTypePolicy.DefaultConnectTimeout;

    /// <summary>How long an address is given before the next one is tried beside it (RFC 8305 section 8, Connection Attempt Delay).</summary>
    public static readonly TimeSpan AttemptDelay = TimeSpan.FromMilliseconds(250);

    /// <summary>How long a dial waits for the IPv6 addresses of a name once it has IPv4 ones (RFC 8305 section 8, Resolution Delay).</summary>
    public static readonly TimeSpan ResolutionDelay = TimeSpan.FromMilliseconds(50);

    /// <summary>How long an answer of the resolver is used. The operating system tells no time to live; most of what changes faster than this is told by addresses that fail.</summary>
    public static readonly TimeSpan NameLifetime = TimeSpan.FromSeconds(30);

    /// <summary>How many names are remembered.</summary>
    public const int MaxNames = 256;

    /// <summary>How many parsed trust stores are kept. Only policies that are replaced again and again without end ever reach it.</summary>
    public const int MaxTrustStores = 64;

    /// <summary>How many loaded identities are kept, with the same in mind.</summary>
    public const int MaxIdentities = 64;

    /// <summary>How many hosts sessions are resumed with in one process; with others each handshake is a whole one.</summary>
    public const int MaxResumableHosts = 4096;

    /// <summary>How long one revocation list, or one answer about a certificate, may take to come.</summary>
    public static readonly TimeSpan RevocationTimeout = TimeSpan.FromSeconds(5);

    /// <summary>How long after the handshake an end without a word still counts as the server's verdict on this side's certificate.</summary>
    public static readonly TimeSpan VerdictTime = TimeSpan.FromSeconds(10);

    /// <summary>The smallest key of RSA, in bits, that is believed (NIST SP 800-131A; what Debian's OpenSSL demands at its security level 2).</summary>
    public const int MinRsaBits = 2048;

    /// <summary>The smallest key on an elliptic curve, in bits, that is believed.</summary>
    public const int MinEllipticCurveBits = 224;

    /// <summary>How much of a text from a peer or from the platform goes into one message.</summary>
    public const int MaxQuotedLength = 200;

    /// <summary>How many bytes of the proxy's answers are read at a time at most.</summary>
    public const int ProxyBufferBytes = 1024;

    /// <summary>How many host names of a certificate a message lists.</summary>
    public const int MaxListedNames = 8;
}
