using System.Collections.Frozen;
using Polly;
using SecureStreams.Core;
using SecureStreams.Policy;
using SecureStreams.Transports;
using SecureStreams.Transports.Http;

namespace SecureStreams.Integration.Http;

/// <summary>
/// The end of an HttpClient that a streamtype carries: each request takes the policy in force and a connection of the context's pools, which streams of equal trust and
/// protocol share. Disposing it closes nothing, since the connections are the context's.
/// </summary>
internal sealed class StreamTypeHandler : HttpMessageHandler
{
    /// <summary>Where a request keeps values of its own.</summary>
    public static readonly HttpRequestOptionsKey<Dictionary<string, string>> MetadataKey = new("SecureStreams.Metadata");

    private readonly FrozenDictionary<string, string> _metadata;

    /// <param name="runtime">The context's.</param>
    /// <param name="http">The context's transports of HTTP.</param>
    /// <param name="policy">The streamtype as it is now.</param>
    /// <param name="id">Stands for the handler in diagnostics, as a stream's id does.</param>
    /// <param name="metadata">Values for every request.</param>
    /// <param name="ending">Cancelled when the context ends.</param>
    /// <exception cref="SsPolicyException">The streamtype is not HTTP.</exception>
    /// <exception cref="SsMetadataException">A name is not declared, or a value cannot be used.</exception>
    public StreamTypeHandler(StreamRuntime runtime, HttpTransportFactory http, StreamTypePolicy policy, long id, IEnumerable<KeyValuePair<string, string>> metadata, CancellationToken ending)
    {
        if (ProblemOf(policy.Name, policy) is { } problem)
            throw new SsPolicyException(problem.Message);
        var store = new MetadataStore(policy);
        _metadata = metadata.ToFrozenDictionary(one => store.Check(one.Key, one.Value), static one => one.Value, StringComparer.Ordinal);
        (Runtime, Http, StreamType, Id, Ending) = (runtime, http, policy.Name, id, ending);
        Pipeline = RequestPipeline.Create(runtime.Platform.Time);
    }

    public StreamRuntime Runtime { get; }

    public HttpTransportFactory Http { get; }

    public ResiliencePipeline<AttemptOutcome> Pipeline { get; }

    public string StreamType { get; }

    public long Id { get; }

    public CancellationToken Ending { get; }

    /// <summary>Why no request can be made under <paramref name="policy"/>, or null.</summary>
    public static TransportFailure? ProblemOf(string streamType, StreamTypePolicy? policy)
    {
        if (policy is null || policy.Server)
            return Failures.StreamTypeRemoved(streamType, isServer: policy is not null);
        if (policy.Protocol == WireProtocol.H3)
            return HttpProtocolChoice.Of(policy).Unavailable;
        return policy.Protocol is WireProtocol.H1 or WireProtocol.H2
            ? null
            : new TransportFailure(SsPhase.Policy, SsCauseCode.NotSupported,
                $"Streamtype '{streamType}' has protocol '{ProtocolNames.NameOf(policy.Protocol)}', and an HttpClient speaks HTTP: use a streamtype of protocol h1 or h2, or a stream (SsContext.Create).")
            {
                Permanent = true,
                Attribute = "protocol",
            };
    }

    /// <summary>The values for one request; those of its own count more.</summary>
    /// <exception cref="SsMetadataException">A name of the request is not declared, or a value cannot be used.</exception>
    public MetadataStore ValuesOf(HttpRequestMessage request, StreamTypePolicy policy)
    {
        var store = new MetadataStore(policy);

        // Nobody else has it. A name that a change of policy took away is kept aside there.
        foreach (var (name, value) in _metadata)
            store.SetOnMailbox(name, value);
        if (request.Options.TryGetValue(MetadataKey, out var own))
        {
            foreach (var (name, value) in own)
                store.SetOnMailbox(store.Check(name, value), value);
        }

        return store;
    }

    /// <inheritdoc/>
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        new StreamTypeRequest(this, request).RunAsync(cancellationToken);
}
