using SecureStreams.Integration.Http;

namespace SecureStreams;

/// <summary>What a single request of an HttpClient over a streamtype may say to it.</summary>
public static class SsHttpRequestExtensions
{
    /// <summary>Sets a value of metadata for this request alone: for <c>${}</c> in the endpoint or <c>http_url</c>, or for a header that the streamtype declares. It counts more than the value of the client.</summary>
    /// <param name="request">The request, before it is sent; its retries use the value too.</param>
    /// <param name="name">A name that the streamtype declares; one that it does not makes the request throw <see cref="SsMetadataException"/>.</param>
    /// <param name="value">The value, without CR, LF and NUL.</param>
    /// <returns><paramref name="request"/>.</returns>
    public static HttpRequestMessage SetStreamMetadata(this HttpRequestMessage request, string name, string value)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(value);
        if (!request.Options.TryGetValue(StreamTypeHandler.MetadataKey, out var values))
            request.Options.Set(StreamTypeHandler.MetadataKey, values = new Dictionary<string, string>(StringComparer.Ordinal));
        values[name] = value;
        return request;
    }
}
