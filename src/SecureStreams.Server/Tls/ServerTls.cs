using System.Net.Security;
using Microsoft.Extensions.Logging;
using SecureStreams.Network;
using SecureStreams.Policy;
using SecureStreams.Transports;

namespace SecureStreams.Server.Tls;

/// <summary>The TLS of one listener: what it shows, and what it makes of its clients. Safe from any thread.</summary>
internal sealed class ServerTls(string streamType, ISsBlobStore blobs, TimeProvider time, ILogger logger) : IDisposable
{
    private readonly ServerIdentities _identities = new(streamType, blobs, time, logger);
    private readonly TrustStoreCache _trustStores = new();

    /// <summary>Makes sure that handshakes can succeed at all, before anybody connects.</summary>
    /// <exception cref="SsPolicyException">They cannot; the message says what mends it.</exception>
    public void Check(StreamTypePolicy policy)
    {
        try
        {
            _identities.Take(policy).Return();
            AnchorsOf(ServerTlsPlan.Of(policy))?.ThrowIfUnusable();
        }
        catch (TransportException error)
        {
            var place = error.Failure.Attribute is { } attribute && policy.Locate(attribute) is { } at ? $" ({at})" : "";
            throw new SsPolicyException($"Streamtype '{policy.Name}': {error.Failure.Message.TrimEnd('.')}.{place}");
        }
    }

    /// <summary>Runs the server's side of a handshake on a connection, which it closes when that fails.</summary>
    /// <param name="wire">The connection.</param>
    /// <param name="policy">The policy now.</param>
    /// <param name="protocols">What is agreed to by ALPN, best first; empty for nothing.</param>
    /// <param name="cancellationToken">Whoever cancels has lost interest, or its bound has run out.</param>
    /// <exception cref="TransportException">It failed; the failure says why.</exception>
    /// <exception cref="OperationCanceledException">The token fired.</exception>
    public async ValueTask<SslStream> AuthenticateAsync(CountingStream wire, StreamTypePolicy policy, IReadOnlyList<SslApplicationProtocol> protocols, CancellationToken cancellationToken)
    {
        var plan = ServerTlsPlan.Of(policy);
        var anchors = plan.Asks ? AnchorsOf(plan) : null;
        anchors?.ThrowIfUnusable();
        var identity = _identities.Take(policy);
        try
        {
            return await new ServerHandshake(wire, plan, anchors, identity.Context, protocols, time).RunAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            identity.Return();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _identities.Dispose();
        _trustStores.Dispose();
    }

    private TrustAnchors? AnchorsOf(ServerTlsPlan plan) => plan is { Asks: true, TrustStore: { } store } ? _trustStores.Get(store) : null;
}
