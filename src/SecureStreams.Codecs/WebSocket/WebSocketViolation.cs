namespace SecureStreams.Codecs.WebSocket;

/// <summary>How a peer broke the protocol, and the status code with which the connection is closed because of it (RFC 6455 section 7.4.1).</summary>
/// <param name="CloseCode"><see cref="WebSocketCloseCodes.ProtocolError"/>, <see cref="WebSocketCloseCodes.InvalidPayload"/> or <see cref="WebSocketCloseCodes.MessageTooBig"/>.</param>
/// <param name="Message">What it did, with the values that show it: a sentence for operators, without its full stop.</param>
public sealed record WebSocketViolation(int CloseCode, string Message);
