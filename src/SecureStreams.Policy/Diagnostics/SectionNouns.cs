namespace SecureStreams.Policy;

/// <summary>What messages call an entry of a section.</summary>
internal static class SectionNouns
{
    /// <summary>One entry, as in <c>streamtype 'mintest'</c>; the document has no name.</summary>
    public static string Of(PolicySection section, string name) => section == PolicySection.Document ? Of(section) : $"{Of(section)} {Wording.Quote(name)}";

    public static string Of(PolicySection section) => section switch
    {
        PolicySection.Retry => "retry scheme",
        PolicySection.Certificates => "certificate",
        PolicySection.TrustStores => "trust store",
        PolicySection.Auth => "auth scheme",
        PolicySection.Metrics => "metric",
        PolicySection.StreamTypes => "streamtype",
        PolicySection.Metadata => "metadata",
        _ => "document",
    };
}
