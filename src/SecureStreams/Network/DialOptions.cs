using System.Net;
using SecureStreams.Policy;

namespace SecureStreams.Network;

/// <summary>
/// What a policy says of the way to a peer, after expansion: everything about a dial but the peer itself and TLS. Equality is what connection pools are keyed by:
/// connections that were made in different ways are never shared.
/// </summary>
internal sealed record DialOptions
{
    /// <summary>What holds where a policy says nothing.</summary>
    public static DialOptions Default { get; } = new();

    /// <summary>The proxy; <see cref="ProxyPolicy.None"/> for none, null for what the environment says. Unix sockets have none.</summary>
    public ProxyPolicy? Proxy { get; init; }

    /// <summary>Which addresses are used.</summary>
    public AddressChoice Family { get; init; }

    /// <summary>Where to connect from; port 0 for any. Null for whatever the operating system chooses.</summary>
    public IPEndPoint? LocalBind { get; init; }

    /// <summary>The bits of <c>attr_low_latency</c> and its like; 0 for none.</summary>
    public int TypeOfService { get; init; }

    /// <summary><c>attr_priority</c>; 0 for none.</summary>
    public int Priority { get; init; }

    /// <summary>Whose faults count for the connection; null where none are injected.</summary>
    public FaultMark? Fault { get; init; }
}
