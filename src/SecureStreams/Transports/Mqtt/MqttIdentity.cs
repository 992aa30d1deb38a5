namespace SecureStreams.Transports.Mqtt;

/// <summary>Whom a broker takes this side for: it ends a connection when another one says that it is the same.</summary>
/// <param name="Host">The broker.</param>
/// <param name="Port">Its port.</param>
/// <param name="UnixPath">Its Unix socket; null for TCP.</param>
/// <param name="Path">The path of its WebSocket; null where mqtt goes over the connection itself.</param>
/// <param name="ClientId">The client id; null where it is made by chance, so that no two connections have the same.</param>
internal sealed record MqttIdentity(string Host, int Port, string? UnixPath, string? Path, string? ClientId);
