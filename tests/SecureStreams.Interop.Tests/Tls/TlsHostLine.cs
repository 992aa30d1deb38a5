namespace SecureStreams.Interop.Tests.Tls;

/// <summary>A request as a <see cref="TlsHost"/> saw it.</summary>
/// <param name="Path">The path.</param>
/// <param name="Connection">The connection.</param>
/// <param name="RemotePort">The client's port.</param>
/// <param name="Certificate">The thumbprint of the client's certificate; null for none.</param>
/// <param name="Host">The host that was asked for.</param>
/// <param name="Protocol">Method and version, as in <c>GET HTTP/1.1</c>.</param>
internal sealed record TlsHostLine(string Path, string Connection, int RemotePort, string? Certificate, string Host, string Protocol);
