namespace SecureStreams.Server.Tls;

/// <summary>A connection whose handshake has succeeded.</summary>
/// <param name="Stream">The bytes.</param>
/// <param name="Host">The name that the client asked for; empty for none.</param>
/// <param name="Tls">Whose certificate it saw, and who has judged it.</param>
internal sealed record SecuredConnection(ServerTlsStream Stream, string Host, ServerTls Tls);
