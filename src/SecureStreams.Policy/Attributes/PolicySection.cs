namespace SecureStreams.Policy;

/// <summary>Where in a policy document an attribute stands.</summary>
public enum PolicySection
{
    /// <summary>A member of the document itself.</summary>
    Document = 0,

    /// <summary>A member of a scheme in <c>retry</c>.</summary>
    Retry,

    /// <summary>An entry of <c>certs</c>: a name and base64 text, no attributes.</summary>
    Certificates,

    /// <summary>A member of an entry of <c>trust_stores</c>.</summary>
    TrustStores,

    /// <summary>A member of an entry of <c>auth</c>.</summary>
    Auth,

    /// <summary>A member of an entry of <c>metrics</c>.</summary>
    Metrics,

    /// <summary>A member of a streamtype in <c>s</c>.</summary>
    StreamTypes,

    /// <summary>The names that a streamtype declares in <c>metadata</c>; only referred to.</summary>
    Metadata,
}
