using System.Net.Security;
using SecureStreams.Core;
using SecureStreams.Network;
using SecureStreams.Policy;

namespace SecureStreams.Transports.Connections;

/// <summary>What is worked out once for a policy of lasting connections, and used by every attempt under it.</summary>
/// <param name="policy">The policy.</param>
/// <param name="injectsFaults">Whether the context injects faults.</param>
internal sealed class LinkPlan(StreamTypePolicy policy, bool injectsFaults = false)
{
    // Nearly always where the next one leads too, whichever stream asks: what is said of it is not said for each anew.
    private DialTarget? _last;

    /// <summary>How connections are made.</summary>
    public DialPlan Dial { get; } = new(policy, injectsFaults);

    /// <summary>The attribute worth a look when an attempt took too long.</summary>
    public string BoundedBy { get; } = policy.Find("connect_timeout_ms") is null ? "endpoint" : "connect_timeout_ms";

    /// <summary>How long a connection stays for sending after the peer's end without a byte being sent.</summary>
    public TimeSpan HalfOpen { get; } = TimeSpan.FromMilliseconds(policy.Find("half_open_ms")?.Value.Number ?? 5000);

    /// <summary>Whether it is one of a server.</summary>
    public bool IsServer { get; } = policy.Server;

    /// <summary>How long a client may take over what is handed to the network in one write (<c>tx_timeout_ms</c>); null for any time, which a server has that is asked.</summary>
    public TimeSpan? WriteTimeout { get; } = policy.Server && (policy.Find("tx_timeout_ms")?.Value.Number ?? 60_000) is var most and > 0 ? TimeSpan.FromMilliseconds(most) : null;

    /// <summary>Where an attempt leads, for protocols whose endpoint is a host, a Unix socket, or a URL of theirs.</summary>
    /// <param name="metadata">The stream's metadata.</param>
    /// <param name="schemes">The URLs that are taken; null for none.</param>
    /// <param name="alpn">The protocol that TLS has to agree to; default for none.</param>
    /// <param name="defaultPort">The port where none is stated; 0 where one has to be.</param>
    /// <param name="target">Where it leads.</param>
    /// <returns>Why it leads nowhere, or null.</returns>
    public TransportFailure? Resolve(MetadataStore metadata, EndpointSchemes? schemes, SslApplicationProtocol alpn, int defaultPort, out DialTarget? target)
    {
        target = null;
        if (EndpointText.Expand(policy, metadata, "a host name, an address or +path of a Unix socket", out var endpoint) is { } none)
            return none;
        EndpointUrl? url = null;
        if (endpoint.Contains("://", StringComparison.Ordinal))
        {
            if (schemes is null)
            {
                return EndpointText.Bad(policy, "endpoint",
                    $"has a URL as its endpoint, and its protocol is {ProtocolNames.NameOf(policy.Protocol)}; write the host alone, the port into \"port\", and \"tls\": true for TLS");
            }

            if (schemes.Read(policy, endpoint, out var read) is { } wrong)
                return wrong;
            (url, endpoint, defaultPort) = (read, read.Host, read.UsualPort);
        }

        if (EndpointText.Parse(policy, endpoint, out var host, out var unixPath) is { } bad)
            return bad;
        if (PortOf(metadata, out var port) is { } noPort)
            return noPort;
        if (url is { Port: > 0 and var stated } && !Dial.SetsPort(metadata))
            port = stated;
        if (port == 0)
            port = defaultPort;
        if (port == 0 && unixPath is null)
        {
            // Metadata may name one before the next attempt.
            var named = policy.Find("port_metadata")?.Value.Text;
            return EndpointText.Bad(policy, named is null ? "port" : "port_metadata",
                $"has no port, and protocol {ProtocolNames.NameOf(policy.Protocol)} has none by itself; set {(named is null ? "\"port\"" : $"metadata '{named}'")} to that of the peer") with
            { Permanent = named is null };
        }

        return Make(metadata, host, unixPath, port, (url?.IsSecure ?? policy.Tls) ? Dial.Tls : null, alpn, out target);
    }

    /// <summary>Adds the way to a peer that is known.</summary>
    /// <param name="metadata">The stream's metadata.</param>
    /// <param name="host">The peer.</param>
    /// <param name="unixPath">Its Unix socket; null for TCP.</param>
    /// <param name="port">Its port.</param>
    /// <param name="tls">Trust and identity; null for plaintext.</param>
    /// <param name="alpn">The protocol that TLS has to agree to; default for none.</param>
    /// <param name="target">Where it leads.</param>
    /// <returns>Why it leads nowhere, or null.</returns>
    public TransportFailure? Make(MetadataStore metadata, string host, string? unixPath, int port, TlsOptions? tls, SslApplicationProtocol alpn, out DialTarget? target)
    {
        target = null;
        if (Dial.Resolve(metadata, out var way) is { } noWay)
            return noWay;
        target = Volatile.Read(ref _last);
        if (target is not null && IsSame(target, host, unixPath, port, way, tls, alpn))
            return null;
        target = new DialTarget
        {
            Host = host,
            Port = port,
            UnixPath = unixPath,
            Text = EndPointText.Of(host, port, unixPath),
            Options = way,
            WantsFacts = !Dial.Facts.IsEmpty,
            Tls = tls is null ? null : new TlsTarget(host, tls, alpn),
        };
        Volatile.Write(ref _last, target);
        return null;
    }

    private static bool IsSame(DialTarget target, string host, string? unixPath, int port, DialOptions way, TlsOptions? tls, SslApplicationProtocol alpn) =>
        target.Port == port && ReferenceEquals(target.Options, way) && string.Equals(target.Host, host, StringComparison.Ordinal) && string.Equals(target.UnixPath, unixPath, StringComparison.Ordinal) &&
        (tls is null ? target.Tls is null : target.Tls is { } has && ReferenceEquals(has.Options, tls) && has.Alpn == alpn);

    /// <summary>The port that the metadata or the policy states, 0 where neither does. The one place where a port comes from.</summary>
    public TransportFailure? PortOf(MetadataStore metadata, out int port) => Dial.ResolvePort(metadata, out port);
}
