using SecureStreams.Codecs.Http;
using SecureStreams.Codecs.WebSocket.Deflate;
using SecureStreams.Transports.WebSocket;

namespace SecureStreams.Server.WebSocket;

/// <summary>How a connection is agreed to that a client asked for.</summary>
/// <param name="Rules">What the policy says.</param>
/// <param name="Fields">The handshake's part of the answer's head.</param>
/// <param name="Deflate">What is agreed of permessage-deflate; null when it is not used.</param>
internal sealed record WebSocketAgreement(WebSocketRules Rules, IReadOnlyList<HttpField> Fields, WebSocketDeflateParameters? Deflate);
