using SecureStreams.Network;

namespace SecureStreams.Transports.Http;

/// <summary>Dials for HTTP, without a bound of its own; the seam below which the connection comes ready, TLS included.</summary>
internal delegate ValueTask<DialedConnection> HttpDial(DialTarget target, DialProgress progress, CancellationToken cancellationToken);
