using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;

namespace SecureStreams.Server.Http;

/// <summary>One request and its answer, as the web server gives them. Not to be touched once the web server was told that it is over.</summary>
internal sealed class HttpExchange(IFeatureCollection features)
{
    /// <summary>What was asked.</summary>
    public IHttpRequestFeature Request { get; } = features.GetRequiredFeature<IHttpRequestFeature>();

    /// <summary>The head of the answer.</summary>
    public IHttpResponseFeature Response { get; } = features.GetRequiredFeature<IHttpResponseFeature>();

    /// <summary>The body of the answer.</summary>
    public IHttpResponseBodyFeature Answer { get; } = features.GetRequiredFeature<IHttpResponseBodyFeature>();

    /// <summary>Tells when the client has gone, and ends it without an end.</summary>
    public IHttpRequestLifetimeFeature Lifetime { get; } = features.GetRequiredFeature<IHttpRequestLifetimeFeature>();

    /// <summary>The body of the request.</summary>
    public PipeReader Body { get; } = features.GetRequiredFeature<IRequestBodyPipeFeature>().Reader;

    /// <summary>Whether there may be one.</summary>
    public bool HasBody { get; } = features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody ?? true;

    /// <summary>The connection.</summary>
    public HttpConnectionFeature? Connection { get; } = features.Get<HttpConnectionFeature>();

    /// <summary>Whom the client asks for: <c>Host</c>, or <c>:authority</c>; empty for none.</summary>
    public string Authority => Request.Headers.Host.Count == 1 ? Request.Headers.Host.ToString() : "";

    /// <summary>How large the body may be; what came in with the connection's settings may be another policy's.</summary>
    public void LimitBody(long? most)
    {
        if (features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = most;
    }
}
