using System.Runtime.CompilerServices;
using SecureStreams.Network;
using SecureStreams.Policy;

namespace SecureStreams.Server.Tls;

/// <summary>What a policy says of the clients of a listener in TLS, worked out once for it.</summary>
internal sealed class ServerTlsPlan
{
    private static readonly ConditionalWeakTable<StreamTypePolicy, ServerTlsPlan> Plans = [];

    private ServerTlsPlan(StreamTypePolicy policy)
    {
        var auth = policy.Find("tls_client_auth")?.Value.Text;
        Asks = auth is "request" or "require";
        Requires = auth == "require";
        TrustStore = policy.ClientTrustStore;
        Denied = policy.Find("tls_client_deny") is { Value.Items.IsEmpty: false } stated ? new TlsPins(stated.Value.Items.Select(static one => one.Text), anyOfChain: false) : null;
    }

    /// <summary>Whether clients are asked for a certificate; one that is shown is checked.</summary>
    public bool Asks { get; }

    /// <summary>Whether those without one are refused.</summary>
    public bool Requires { get; }

    /// <summary>What their certificates are checked against; null for the operating system's store.</summary>
    public TrustStorePolicy? TrustStore { get; }

    /// <summary>The keys that are refused whoever vouches for them; null for none.</summary>
    public TlsPins? Denied { get; }

    /// <summary>The plan of <paramref name="policy"/>.</summary>
    public static ServerTlsPlan Of(StreamTypePolicy policy) => Plans.GetValue(policy, static one => new ServerTlsPlan(one));
}
