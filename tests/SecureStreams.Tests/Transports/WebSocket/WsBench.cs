using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using SecureStreams.Policy;
using SecureStreams.Tests.Transports.Http;

namespace SecureStreams.Tests.Transports.WebSocket;

/// <summary>The bench of WebSocket connections, in the clear or over TLS.</summary>
internal sealed class WsBench : LinkBench<WsPeer>
{
    private readonly bool _handshake;

    /// <param name="tls">Whether over TLS.</param>
    /// <param name="more">Further attributes of the streamtype, as JSON members.</param>
    /// <param name="handshake">Whether the request has been read when a peer is given to the test.</param>
    /// <param name="platform">For the transports.</param>
    /// <param name="receiveBuffer">Of the system for each connection, in bytes; null for its choice.</param>
    public WsBench(bool tls = false, string more = "", bool handshake = true, SsPlatform? platform = null, int? receiveBuffer = null)
        : base(new IPEndPoint(IPAddress.Loopback, 0), tls, SslApplicationProtocol.Http11, platform, receiveBuffer)
    {
        _handshake = handshake;
        Policy = PolicyOf(more);
    }

    public StreamTypePolicy PolicyOf(string more) => HttpBench.Policy(
        $"\"endpoint\": \"127.0.0.1\", \"port\": {Port}, \"protocol\": \"ws\", \"ws_binary\": true" + (IsSecure ? ", \"tls\": true, \"tls_trust_store\": \"main\"" : "") + (more.Length > 0 ? ", " + more : ""));

    /// <inheritdoc/>
    protected override async Task<WsPeer> MakePeerAsync(Socket socket, Stream stream)
    {
        var peer = new WsPeer(socket, stream);
        if (_handshake)
            await peer.ReadRequestAsync();
        return peer;
    }

    /// <inheritdoc/>
    protected override Task AcceptPeerAsync(WsPeer peer) => peer.AcceptAsync();
}
