using Microsoft.AspNetCore.Builder;

namespace SecureStreams;

/// <summary>A server streamtype at a path of a web application. Conventions (authorization, hosts, CORS, rate limits) hold for its requests and upgrades, as for any endpoint.</summary>
public sealed class SsMappedStream : IEndpointConventionBuilder
{
    private readonly IEndpointConventionBuilder _endpoint;

    internal SsMappedStream(IEndpointConventionBuilder endpoint, SsListener listener)
    {
        _endpoint = endpoint;
        Listener = listener;
    }

    /// <summary>
    /// What it serves: <see cref="SsListener.Streams"/> lists the accepted streams. It has no <see cref="SsListener.EndPoints"/>, which are the application's. Draining or disposing it has requests
    /// answered with 503 from then on; the host drains it when it begins to stop.
    /// </summary>
    public SsListener Listener { get; }

    /// <inheritdoc/>
    public void Add(Action<EndpointBuilder> convention) => _endpoint.Add(convention);

    /// <inheritdoc/>
    public void Finally(Action<EndpointBuilder> finallyConvention) => _endpoint.Finally(finallyConvention);
}
