namespace SecureStreams.TestSupport.Servers;

/// <summary>A request that a <see cref="KestrelTestHost"/> got.</summary>
/// <param name="Method">The method.</param>
/// <param name="Target">Path and query as sent.</param>
/// <param name="Protocol">HTTP/1.1 or HTTP/2.</param>
/// <param name="Port">The local port it came to.</param>
/// <param name="ConnectionId">Which connection carried it.</param>
/// <param name="Headers">The fields as sent, pseudo-fields excluded; a name repeated stands repeatedly.</param>
public sealed record SeenRequest(string Method, string Target, string Protocol, int Port, string ConnectionId, IReadOnlyList<KeyValuePair<string, string>> Headers)
{
    /// <summary>The values of a field joined by a comma, or null.</summary>
    public string? Header(string name)
    {
        var values = Headers.Where(field => string.Equals(field.Key, name, StringComparison.OrdinalIgnoreCase)).Select(static field => field.Value).ToList();
        return values.Count == 0 ? null : string.Join(",", values);
    }
}
