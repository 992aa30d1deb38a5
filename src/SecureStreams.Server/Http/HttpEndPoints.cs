using System.Net;
using Microsoft.AspNetCore.Connections;

namespace SecureStreams.Server.Http;

/// <summary>
/// What the web server takes for its sockets. It binds nothing: sockets are bound and accepted by the listener, and come from there, to the one of the two that speaks their version.
/// </summary>
internal sealed class HttpEndPoints : IConnectionListenerFactory
{
    /// <summary>Stands for connections of HTTP/1.1.</summary>
    public static readonly IPEndPoint Http1 = new(IPAddress.Loopback, 1);

    /// <summary>Stands for connections of HTTP/2.</summary>
    public static readonly IPEndPoint Http2 = new(IPAddress.Loopback, 2);

    /// <summary>Connections of HTTP/1.1.</summary>
    public HttpEndPointListener Http1Connections { get; } = new(Http1);

    /// <summary>Connections of HTTP/2.</summary>
    public HttpEndPointListener Http2Connections { get; } = new(Http2);

    /// <inheritdoc/>
    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult<IConnectionListener>(Http2.Equals(endpoint) ? Http2Connections : Http1Connections);
}
