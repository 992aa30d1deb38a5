using SecureStreams.Integration.Http;
using SecureStreams.Tokens;
using SecureStreams.Transports;

namespace SecureStreams;

/// <summary>Streamtypes under an HttpClient.</summary>
public sealed partial class LocalContext
{
    private readonly CancellationTokenSource _ending = new();

    /// <summary>
    /// The end of an <see cref="HttpClient"/> that a streamtype of protocol <c>h1</c> or <c>h2</c> carries: endpoint, TLS trust, bounds, headers of metadata and retries come
    /// from the policy in force when a request is sent, connections are shared with the streams of the context. See <c>docs/hosting.md</c>.
    /// </summary>
    /// <param name="streamType">Its name in the policy.</param>
    /// <param name="metadata">Values for every request; null for none. <see cref="SsHttpRequestExtensions.SetStreamMetadata"/> sets those of one request.</param>
    /// <returns>The handler, for any number of clients and of requests at a time. Disposing it closes nothing. When the context is disposed, its requests end.</returns>
    /// <exception cref="SsPolicyException">There is no such streamtype, it is a server, or its protocol is not HTTP/1.1 or HTTP/2.</exception>
    /// <exception cref="SsMetadataException">A name is not declared by the streamtype, or a value carries CR, LF or NUL.</exception>
    /// <exception cref="ObjectDisposedException">The context is disposed.</exception>
    public HttpMessageHandler CreateHttpHandler(string streamType, IEnumerable<KeyValuePair<string, string>>? metadata = null)
    {
        ThrowIfDisposed();
        var policy = Find(streamType);
        if (policy.Server)
            throw new SsPolicyException($"Streamtype '{streamType}' is a server: an HttpClient needs one of a client.");
        if (_transports.Wire is not TokenTransports { Wire: TransportFactory { Http: var http } })
            throw new InvalidOperationException("The transports of this context are replaced, so it has no HTTP connections to share.");
        return new StreamTypeHandler(_runtime, http, policy, Interlocked.Increment(ref _lastStreamId), metadata ?? [], _ending.Token);
    }

    /// <summary>An <see cref="HttpClient"/> with <see cref="CreateHttpHandler"/>, and with a base address, so that requests give a path alone: <c>client.GetAsync("items/7")</c>.</summary>
    /// <param name="streamType">Its name in the policy.</param>
    /// <param name="metadata">Values for every request; null for none.</param>
    /// <returns>The client; whoever asked disposes it. Its <see cref="HttpClient.Timeout"/>, 100 s, bounds a request with all its retries.</returns>
    /// <exception cref="SsPolicyException">As with <see cref="CreateHttpHandler"/>.</exception>
    /// <exception cref="SsMetadataException">As with <see cref="CreateHttpHandler"/>.</exception>
    /// <exception cref="ObjectDisposedException">The context is disposed.</exception>
    public HttpClient CreateHttpClient(string streamType, IEnumerable<KeyValuePair<string, string>>? metadata = null) =>
        new(CreateHttpHandler(streamType, metadata)) { BaseAddress = RequestAddress.Base };
}
