using System.Net;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using SecureStreams.Network;

namespace SecureStreams.Server.Mapping;

/// <summary>What a web application says of the connection that a request of it came over. Where it stands behind another server, it may say what that one told it.</summary>
internal sealed class MappedConnection(IFeatureCollection features)
{
    private ConnectionFacts? _facts;

    /// <summary>Who is there, for operators.</summary>
    public string Peer => PeerEndPoint is { } peer ? EndPointText.Of(peer) : "unix";

    /// <summary>Where it comes from, as connections say where they lead.</summary>
    public DialTarget Target => PeerEndPoint is { } peer
        ? new DialTarget { Host = peer.Address.ToString(), Port = peer.Port }
        : new DialTarget { Host = "localhost", Port = 0 };

    /// <summary>What can be said of it; gathered when a streamtype first asks.</summary>
    public ConnectionFacts Facts => _facts ??= Gather();

    private IPEndPoint? PeerEndPoint => features.Get<IHttpConnectionFeature>() is { RemoteIpAddress: { } address } connection ? new IPEndPoint(address, connection.RemotePort) : null;

    private ConnectionFacts Gather()
    {
        // Only a Unix socket says who is at its other end; of others the application may know better.
        var socket = PeerEndPoint is null ? features.Get<IConnectionSocketFeature>()?.Socket : null;
        var local = features.Get<IHttpConnectionFeature>() is { LocalIpAddress: { } address } connection ? new IPEndPoint(address, connection.LocalPort) : null;
        var tls = features.Get<ITlsHandshakeFeature>();
        return ConnectionFacts.Of(socket, PeerEndPoint, local, tls is null ? null : new TlsFacts(tls.Protocol, tls.NegotiatedCipherSuite)
        {
            Alpn = features.Get<ITlsApplicationProtocolFeature>()?.ApplicationProtocol ?? default,
            Certificate = features.Get<ITlsConnectionFeature>()?.ClientCertificate,
        });
    }
}
