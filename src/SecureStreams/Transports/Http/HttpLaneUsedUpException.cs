namespace SecureStreams.Transports.Http;

/// <summary>Tells through the platform's handler that a lane's connection takes no further request. It never leaves the transport.</summary>
internal sealed class HttpLaneUsedUpException() : IOException("The connection takes no further request.");
