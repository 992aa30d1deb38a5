using System.Security.Cryptography;
using SecureStreams.Codecs.Http;
using SecureStreams.Codecs.WebSocket;
using SecureStreams.Core;
using SecureStreams.Transports.Http;

namespace SecureStreams.Transports.WebSocket;

/// <summary>From a policy and metadata to an upgrade request. Pure but for the random key.</summary>
internal static class WebSocketRequest
{
    private const int KeyBytes = 16;

    /// <summary>The headers that metadata and blobs ask for, by the rules of every HTTP request.</summary>
    /// <param name="plan">The policy.</param>
    /// <param name="metadata">The stream's metadata.</param>
    /// <param name="blobs">The blobs.</param>
    /// <param name="message">Where to.</param>
    /// <param name="strange">Whether a redirect has led to another origin than the policy's.</param>
    /// <returns>Why it cannot be sent, or null.</returns>
    public static TransportFailure? Fill(WebSocketPlan plan, MetadataStore metadata, ISsBlobStore blobs, HttpRequestMessage message, bool strange)
    {
        if (plan.Http.Signing is not null)
            return Bad(plan, "use_auth", "use_auth names a scheme of type sigv4, which signs the requests of h1 and h2 and no upgrades to ws; name a scheme with a token, and its header in http_auth_header") with { Permanent = true };
        foreach (var row in plan.Http.Headers)
        {
            if (WebSocketClientHandshake.IsOwnField(row.Name) && row.Role == HttpHeaderRole.Plain)
                return Bad(plan, "metadata", $"metadata '{plan.Policy.Metadata[row.Index].Name}' sets header '{row.Name}', which belongs to the handshake and is not the application's to set");
            if (row.Role == HttpHeaderRole.Length && metadata.Outgoing(row.Index) is not null)
                return Bad(plan, "metadata", $"metadata '{plan.Policy.Metadata[row.Index].Name}' sets header '{row.Name}', which announces a body, and an upgrade has none");
        }

        foreach (var header in plan.Http.BlobHeaders)
        {
            if (WebSocketClientHandshake.IsOwnField(header.Name))
                return header.Refuse(plan.Policy, $"'{header.Name}' belongs to the handshake; name another header");
        }

        return (plan.Http.Headers.IsEmpty && !plan.Http.AllowsDirect ? null : HttpRequestHeaders.Apply(plan.Http, metadata, message, strange, bare: false)) ??
            (plan.Http.BlobHeaders.IsEmpty ? null : HttpRequestHeaders.ApplyBlobs(plan.Http, blobs, message, strange));
    }

    /// <summary>The request as it goes out on HTTP/1.1.</summary>
    /// <param name="plan">The policy.</param>
    /// <param name="target">Where to.</param>
    /// <param name="message">With the headers that metadata and blobs ask for; null where none can be (<see cref="WebSocketPlan.HasOwnFields"/>).</param>
    public static WebSocketUpgrade ForHttp1(WebSocketPlan plan, HttpTarget target, HttpRequestMessage? message)
    {
        var host = target.Authority;
        IReadOnlyList<HttpField> fields = [];
        if (message is not null)
            fields = FieldsOf(message, ref host);
        Span<byte> key = stackalloc byte[KeyBytes];
        RandomNumberGenerator.Fill(key);
        return new WebSocketUpgrade
        {
            Host = host,
            Target = target.PathAndQuery,
            Key = Convert.ToBase64String(key),
            Subprotocols = plan.SubprotocolList,
            Extensions = plan.Extensions,
            Fields = fields,
        };
    }

    /// <summary>Makes an extended CONNECT of it (RFC 8441 section 5): no key, no Upgrade.</summary>
    /// <returns>Why it cannot be sent, or null.</returns>
    public static TransportFailure? ForHttp2(WebSocketPlan plan, HttpRequestMessage message)
    {
        // The platform would announce a body of no bytes.
        if (message.Content?.Headers.NonValidated.Select(static one => one.Key).FirstOrDefault(static name => name != "Content-Length") is { } described)
            return Bad(plan, "ws_http_version", $"header '{described}' describes a body, which an extended CONNECT does not have; leave the header out, or use \"ws_http_version\": \"1.1\"");
        var headers = message.Headers;
        headers.Protocol = "websocket";
        headers.TryAddWithoutValidation("Sec-WebSocket-Version", WebSocketClientHandshake.Version);
        if (!plan.Subprotocols.IsEmpty)
            headers.TryAddWithoutValidation("Sec-WebSocket-Protocol", string.Join(", ", plan.Subprotocols));
        if (plan.Extensions is { } extensions)
            headers.TryAddWithoutValidation("Sec-WebSocket-Extensions", extensions);
        return null;
    }

    private static List<HttpField> FieldsOf(HttpRequestMessage message, ref string host)
    {
        var fields = new List<HttpField>();
        foreach (var header in message.Headers.NonValidated)
        {
            if (string.Equals(header.Key, "Host", StringComparison.OrdinalIgnoreCase))
                host = header.Value.ToString();
            else
                fields.Add(new HttpField(header.Key, header.Value.ToString()));
        }

        if (message.Content is { } content)
        {
            // Headers that describe a body, of a request that has none: they go out as declared.
            foreach (var header in content.Headers.NonValidated)
            {
                if (!WebSocketClientHandshake.IsOwnField(header.Key))
                    fields.Add(new HttpField(header.Key, header.Value.ToString()));
            }
        }

        return fields;
    }

    private static TransportFailure Bad(WebSocketPlan plan, string attribute, string problem) =>
        new(SsPhase.Policy, SsCauseCode.NotSupported, $"Streamtype '{plan.Policy.Name}': {problem}.") { Attribute = attribute };
}
