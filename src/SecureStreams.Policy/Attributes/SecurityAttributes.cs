using System.Collections.Immutable;

namespace SecureStreams.Policy;

/// <summary>Trust stores and authentication schemes.</summary>
internal static class SecurityAttributes
{
    public static ImmutableArray<PolicyAttributeInfo> Rows { get; } =
    [
        new()
        {
            // The name is taken when the entry is opened, so there is nothing to set.
            Section = PolicySection.TrustStores, Name = "name", Kind = PolicyValueKind.Text, ActedOn = true,
            Help = "What streamtypes call the store.",
        },
        new PolicyAttributeInfo<TrustStoreParts>(static (store, value) => store.SetCertificates(value.Items))
        {
            Section = PolicySection.TrustStores, Name = "stack", Kind = PolicyValueKind.NameList, RefersTo = PolicySection.Certificates, Default = "[]",
            ActedOn = true, Help = "Names of the certificates that a peer's chain may end in.",
        },
        new() { Section = PolicySection.Auth, Name = "name", Kind = PolicyValueKind.Text, ActedOn = true, Help = "What use_auth calls the scheme." },
        new PolicyAttributeInfo<AuthParts>(static (auth, value) => auth.Type = value.Text)
        {
            Section = PolicySection.Auth, Name = "type", Kind = PolicyValueKind.Text, ActedOn = true,
            Help = "The kind of scheme: sigv4 signs the requests of h1 and h2 (AWS Signature Version 4); any other sends the token of the blob.",
        },
        new PolicyAttributeInfo<AuthParts>(static (auth, value) => auth.StreamType = value.Text) { Section = PolicySection.Auth, Name = "streamtype", Kind = PolicyValueKind.Text, Help = "The streamtype that fetches a new token." },
        new PolicyAttributeInfo<AuthParts>(static (auth, value) => auth.Blob = (int)value.Number)
        {
            Section = PolicySection.Auth, Name = "blob", Kind = PolicyValueKind.Number, Maximum = 255, ActedOn = true, Help = "Index of the blob that holds the token, or of sigv4 the credentials: EXT_AUTH1 for 0.",
        },
        new PolicyAttributeInfo<AuthParts>(static (auth, value) => auth.BlobName = value.Text)
        {
            Section = PolicySection.Auth, Name = "blob_name", Kind = PolicyValueKind.Text, Pattern = PolicyPatterns.BlobName,
            PatternHelp = PolicyPatterns.BlobNameHelp, IsExtension = true, ActedOn = true, Help = "Name of the blob that holds the token or the credentials, instead of its index.",
        },
    ];
}
