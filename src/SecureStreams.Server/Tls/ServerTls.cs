using Microsoft.Extensions.Logging;
using SecureStreams.Network;
using SecureStreams.Network.Identities;
using SecureStreams.Policy;
using SecureStreams.Transports;

namespace SecureStreams.Server.Tls;

/// <summary>The TLS of one server streamtype: what it shows, and what it makes of its clients. What one that joins a listener does not state is the listener's. Safe from any thread.</summary>
internal sealed class ServerTls : IDisposable
{
    private readonly Func<StreamTypePolicy> _policy;
    private readonly ServerTls? _listener;
    private readonly ServerIdentities _identities;
    private readonly TrustStoreCache _trustStores = new();

    /// <param name="policy">The policy in force.</param>
    /// <param name="blobs">Where certificates and keys may be kept.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where the operator is told.</param>
    /// <param name="listener">The TLS of the listener that it joins; null for that itself.</param>
    public ServerTls(Func<StreamTypePolicy> policy, ISsBlobStore blobs, TimeProvider time, ILogger logger, ServerTls? listener = null)
    {
        _policy = policy;
        _listener = listener;
        _identities = new ServerIdentities(policy().Name, blobs, time, logger);
    }

    /// <summary>Whether a streamtype that joins a listener states something of TLS that is not the listener's.</summary>
    public static string? OwnAttribute(StreamTypePolicy policy)
    {
        foreach (var attribute in (ReadOnlySpan<string>)["server_cert", "server_key", "tls_cert_blob", "tls_key_blob", "tls_client_auth", "tls_client_trust_store", "tls_client_deny"])
        {
            if (policy.Find(attribute) is not null)
                return attribute;
        }

        return null;
    }

    /// <summary>What it last showed, and until when that is valid; null before the first time.</summary>
    public (string Subject, DateTimeOffset NotAfter)? Shown => _identities.Last;

    /// <summary>What it makes of clients now.</summary>
    public ServerTlsPlan Clients => _policy() is var policy && (_listener is null || policy.Find("tls_client_auth") is not null) ? ServerTlsPlan.Of(policy) : _listener.Clients;

    /// <summary>Makes sure that handshakes can succeed at all, before anybody connects.</summary>
    /// <exception cref="SsPolicyException">They cannot; the message says what mends it.</exception>
    public void Check()
    {
        var policy = _policy();
        try
        {
            TakeIdentity().Return();
            AnchorsOf(Clients)?.ThrowIfUnusable();
        }
        catch (TransportException error)
        {
            var place = error.Failure.Attribute is { } attribute && policy.Locate(attribute) is { } at ? $" ({at})" : "";
            throw new SsPolicyException($"Streamtype '{policy.Name}': {error.Failure.Message.TrimEnd('.')}.{place}");
        }
    }

    /// <summary>What counts for a handshake that begins now. Whoever asks returns the identity when that is over.</summary>
    /// <exception cref="TransportException">There is no identity, and never was one, or the trust store cannot be used.</exception>
    public ServerTlsOffer Take()
    {
        var clients = Clients;
        var anchors = clients.Asks ? AnchorsOf(clients) : null;
        anchors?.ThrowIfUnusable();
        return new ServerTlsOffer(this, TakeIdentity(), clients, anchors);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _identities.Dispose();
        _trustStores.Dispose();
    }

    private ClientIdentity TakeIdentity()
    {
        var policy = _policy();
        return _listener is not null && ServerIdentitySource.Certificate(policy) is null ? _listener.TakeIdentity() : _identities.Take(policy);
    }

    private TrustAnchors? AnchorsOf(ServerTlsPlan plan) => plan is { Asks: true, TrustStore: { } store } ? _trustStores.Get(store) : null;
}
