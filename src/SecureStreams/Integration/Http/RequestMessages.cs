using SecureStreams.Core;
using SecureStreams.Transports;
using SecureStreams.Transports.Http;
using SecureStreams.Transports.Http.Signing;

namespace SecureStreams.Integration.Http;

/// <summary>Makes what goes on the wire of what the caller asked for and the policy says.</summary>
internal static class RequestMessages
{
    private const string FormType = "application/x-www-form-urlencoded";

    /// <summary>Makes the message of one attempt, or says why it cannot be sent. The caller's request and content stay as they are.</summary>
    /// <param name="plan">The policy.</param>
    /// <param name="metadata">The values of this request.</param>
    /// <param name="request">The caller's.</param>
    /// <param name="blobs">The values of headers that blobs fill.</param>
    /// <param name="hop">Where to, and what redirects have made of it.</param>
    /// <param name="message">The message, bare.</param>
    /// <param name="now">The time of the attempt, for a signature.</param>
    public static TransportFailure? Fill(
        HttpPlan plan, MetadataStore metadata, HttpRequestMessage request, ISsBlobStore blobs, RequestHop hop, HttpRequestMessage message, DateTimeOffset now)
    {
        message.Version = plan.Version;
        message.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
        foreach (var (name, values) in request.Headers.NonValidated)
        {
            if (!hop.IsStrange || !(HttpHeaderRow.IsCredentialName(name) || name.Equals("Host", StringComparison.OrdinalIgnoreCase)))
                message.Headers.TryAddWithoutValidation(name, values);
        }

        if (request.Content is { } content && !hop.IsBare)
            message.Content = new ForwardedContent(content, announced: !plan.Http.NoContentLength);
        if (AddMetadata(plan, metadata, message, hop) is { } failure)
            return failure;
        if (!plan.BlobHeaders.IsEmpty && HttpRequestHeaders.ApplyBlobs(plan, blobs, message, hop.IsStrange) is { } withheld)
            return withheld;
        if (plan.Http.FormUrlEncoded && message.Content is { } body && !body.Headers.NonValidated.Contains("Content-Type"))
            body.Headers.TryAddWithoutValidation("Content-Type", FormType);
        return plan.Signing is { } signing && !hop.IsStrange
            ? HttpSigner.Sign(signing, metadata, blobs, message, hop.Address, hasBody: message.Content is ForwardedContent { Length: not 0 }, now)
            : null;
    }

    /// <summary>What metadata says, where the caller's request says nothing itself.</summary>
    private static TransportFailure? AddMetadata(HttpPlan plan, MetadataStore metadata, HttpRequestMessage message, RequestHop hop)
    {
        foreach (var row in plan.Headers)
        {
            // The length of a body is its content's to say.
            if (metadata.Outgoing(row.Index) is not { } value || row.Role == HttpHeaderRole.Length || (hop.IsStrange && (row.IsCredential || row.Role == HttpHeaderRole.Host)))
                continue;
            if (row.Role == HttpHeaderRole.Refused)
                return Bad(plan, row, $"sets header '{row.Name}', which frames the connection and is not the application's to set");
            if (message.Headers.NonValidated.Contains(row.Name) || message.Headers.TryAddWithoutValidation(row.Name, value))
                continue;

            // What describes a body goes with one.
            if (message.Content is null && HttpNames.IsContentHeader(row.Name))
                continue;
            if (message.Content is not { } content || (!content.Headers.NonValidated.Contains(row.Name) && !content.Headers.TryAddWithoutValidation(row.Name, value)))
                return Bad(plan, row, $"names header '{row.Name}', which is no header name");
        }

        // By the names of headers (direct_proto_str), where neither the request nor a declared name says anything.
        if (plan.AllowsDirect)
        {
            foreach (var (name, value) in metadata.DirectOutgoing)
            {
                if ((hop.IsStrange && HttpHeaderRow.IsCredentialName(name)) || message.Headers.NonValidated.Contains(name) || message.Headers.TryAddWithoutValidation(name, value))
                    continue;
                if (message.Content is { } content && !content.Headers.NonValidated.Contains(name))
                    content.Headers.TryAddWithoutValidation(name, value);
            }
        }

        return null;
    }

    private static TransportFailure Bad(HttpPlan plan, in HttpHeaderRow row, string problem) =>
        new(SsPhase.Policy, SsCauseCode.NotSupported, $"Streamtype '{plan.Policy.Name}': metadata '{plan.Policy.Metadata[row.Index].Name}' {problem}.") { Attribute = "metadata", Permanent = true };
}
