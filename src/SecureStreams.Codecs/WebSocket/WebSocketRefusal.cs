namespace SecureStreams.Codecs.WebSocket;

/// <summary>Why a server refuses an upgrade, and with what.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Message">Why, in a sentence that may be sent.</param>
public sealed record WebSocketRefusal(int Status, string Message);
