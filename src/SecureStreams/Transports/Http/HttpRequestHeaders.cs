using SecureStreams.Core;

namespace SecureStreams.Transports.Http;

/// <summary>From metadata to request headers.</summary>
internal static class HttpRequestHeaders
{
    private const string FormType = "application/x-www-form-urlencoded";

    /// <summary>The length that metadata announces for the body.</summary>
    /// <returns>Why it cannot be used, or null.</returns>
    public static TransportFailure? Length(HttpPlan plan, MetadataStore metadata, out long? length)
    {
        length = null;
        foreach (var row in plan.Headers)
        {
            if (row.Role != HttpHeaderRole.Length || metadata.Outgoing(row.Index) is not { } text)
                continue;
            if (!long.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var value))
                return Bad(plan, $"metadata '{plan.Policy.Metadata[row.Index].Name}' announces the length of the body and is not a number");
            length = value;
        }

        return null;
    }

    /// <summary>Sets what metadata says.</summary>
    /// <param name="plan">The policy.</param>
    /// <param name="metadata">The stream's metadata.</param>
    /// <param name="request">Where to.</param>
    /// <param name="strange">Whether a redirect has led to another origin than the policy's: credentials and the Host override stay behind.</param>
    /// <param name="bare">Whether a redirect took the body away: headers that describe it go with it.</param>
    /// <returns>Why it cannot be sent, or null.</returns>
    public static TransportFailure? Apply(HttpPlan plan, MetadataStore metadata, HttpRequestMessage request, bool strange, bool bare)
    {
        foreach (var row in plan.Headers)
        {
            if (metadata.Outgoing(row.Index) is not { } value || row.Role == HttpHeaderRole.Length || (strange && (row.IsCredential || row.Role == HttpHeaderRole.Host)))
                continue;
            if (row.Role == HttpHeaderRole.Refused)
                return Bad(plan, $"metadata '{plan.Policy.Metadata[row.Index].Name}' sets header '{row.Name}', which belongs to the framing of the connection and is not the application's to set");

            if (plan.IsMultipart && request.Content is HttpBody && row.Name.Equals("Content-Type", StringComparison.OrdinalIgnoreCase))
                return Bad(plan, $"metadata '{plan.Policy.Metadata[row.Index].Name}' sets the type of the body, which is a multipart one and has its boundary there; state the type of a part with http_mime_content_type");

            // The store checked it when it was set; a forged header must not depend on that alone.
            if (value.AsSpan().ContainsAny('\r', '\n', '\0'))
                return Bad(plan, $"metadata '{plan.Policy.Metadata[row.Index].Name}' has a line break in its value");
            if (!request.Headers.TryAddWithoutValidation(row.Name, value) && !TryAddToContent(request, row.Name, value, bare))
                return Bad(plan, $"metadata '{plan.Policy.Metadata[row.Index].Name}' names header '{row.Name}', which is no header name");
        }

        if (plan.AllowsDirect && ApplyDirect(plan, metadata, request, strange, bare) is { } refused)
            return refused;
        if (plan.Http.FormUrlEncoded && request.Content is { } content && !content.Headers.NonValidated.Contains("Content-Type"))
            content.Headers.TryAddWithoutValidation("Content-Type", FormType);
        return null;
    }

    /// <summary>Sets what blobs say. Metadata that the application has set for the same header wins.</summary>
    /// <param name="plan">The policy.</param>
    /// <param name="blobs">The values.</param>
    /// <param name="request">Where to.</param>
    /// <param name="strange">Whether a redirect has led to another origin than the policy's, which learns none of them.</param>
    /// <returns>Why it cannot be sent, or null.</returns>
    public static TransportFailure? ApplyBlobs(HttpPlan plan, ISsBlobStore blobs, HttpRequestMessage request, bool strange)
    {
        foreach (var header in plan.BlobHeaders)
        {
            if (strange || request.Headers.NonValidated.Contains(header.Name))
                continue;
            if (HttpHeaderRow.RoleOf(header.Name) != HttpHeaderRole.Plain || HttpNames.IsContentHeader(header.Name))
                return header.Refuse(plan.Policy, $"'{header.Name}' is not for blobs to set; name another header");
            if (header.Read(plan.Policy, blobs, out var value) is { } failure)
                return failure;
            if (value is not null)
                request.Headers.TryAddWithoutValidation(header.Name, value);
        }

        return null;
    }

    /// <summary>Sets what the application set by names of headers. Declared metadata that is set for the same header wins.</summary>
    private static TransportFailure? ApplyDirect(HttpPlan plan, MetadataStore metadata, HttpRequestMessage request, bool strange, bool bare)
    {
        foreach (var (name, value) in metadata.DirectOutgoing)
        {
            if (request.Headers.NonValidated.Contains(name) || request.Content?.Headers.NonValidated.Contains(name) == true)
            {
                if (plan.IsMultipart && request.Content is HttpBody && name.Equals("Content-Type", StringComparison.OrdinalIgnoreCase))
                    return BadDirect(plan, name, "sets the type of the body, which is a multipart one and has its boundary there; state the type of a part with http_mime_content_type");
                continue;
            }

            if (strange && (HttpHeaderRow.IsCredentialName(name) || name.Equals("Host", StringComparison.OrdinalIgnoreCase)))
                continue;

            // As with declared ones, a forged header must not depend on the check at the door alone.
            if (DirectHeaders.RefusalOf(name) is not null || value.AsSpan().ContainsAny('\r', '\n', '\0'))
                return BadDirect(plan, name, "is not to be set by name, or has a line break in its value");
            if (!request.Headers.TryAddWithoutValidation(name, value) && !TryAddToContent(request, name, value, bare))
                return BadDirect(plan, name, "cannot be sent");
        }

        return null;
    }

    private static TransportFailure BadDirect(HttpPlan plan, string name, string problem) =>
        new(SsPhase.Policy, SsCauseCode.NotSupported, $"Streamtype '{plan.Policy.Name}': header '{name}', set by its name, {problem}.") { Attribute = "direct_proto_str" };

    private static bool TryAddToContent(HttpRequestMessage request, string name, string value, bool bare)
    {
        if (bare && HttpNames.IsContentHeader(name))
            return true;

        // A header that describes a body, on a request without one: it goes out as declared, with an empty body.
        request.Content ??= new ByteArrayContent([]);
        return request.Content.Headers.TryAddWithoutValidation(name, value);
    }

    private static TransportFailure Bad(HttpPlan plan, string problem) =>
        new(SsPhase.Policy, SsCauseCode.NotSupported, $"Streamtype '{plan.Policy.Name}': {problem}.") { Attribute = "metadata" };
}
