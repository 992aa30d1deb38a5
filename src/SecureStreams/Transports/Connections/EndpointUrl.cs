namespace SecureStreams.Transports.Connections;

/// <summary>What an endpoint says that is a URL.</summary>
/// <param name="Host">The host, brackets around IPv6.</param>
/// <param name="Port">The port; 0 where it states none.</param>
/// <param name="UsualPort">The port of its scheme.</param>
/// <param name="IsSecure">Whether TLS is spoken.</param>
internal readonly record struct EndpointUrl(string Host, int Port, int UsualPort, bool IsSecure);
