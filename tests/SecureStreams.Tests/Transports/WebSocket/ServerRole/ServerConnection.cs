using SecureStreams.Codecs.WebSocket;
using SecureStreams.Transports;
using SecureStreams.Transports.Connections;
using SecureStreams.Transports.WebSocket;

namespace SecureStreams.Tests.Transports.WebSocket.ServerRole;

/// <summary>The connection in the role of a server: what it is dialed to is a connection that was upgraded already.</summary>
internal sealed class ServerConnection(LinkContext links, TransportSetup setup, WebSocketRules rules) : WebSocketConnection(links, setup, rules, WebSocketRole.Server)
{
    protected override void OpenedOnMailbox() => UpgradedOnMailbox();
}
