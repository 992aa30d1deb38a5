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
        new PolicyAttributeInfo<AuthParts>(static (auth, value) => auth.StreamType = value.Text)
        {
            Section = PolicySection.Auth, Name = "streamtype", Kind = PolicyValueKind.Text, Impact = PolicyImpact.NextAttempt, ActedOn = true,
            Help = "The streamtype, of h1 or h2, that fetches the token and renews it; not stated, api_amazon_com_auth where the policy has it, else the program writes the blob.",
        },
        new PolicyAttributeInfo<AuthParts>(static (auth, value) => auth.Blob = (int)value.Number)
        {
            Section = PolicySection.Auth, Name = "blob", Kind = PolicyValueKind.Number, Maximum = 255, ActedOn = true, Help = "Index of the blob that holds the token, or of sigv4 the credentials: EXT_AUTH1 for 0.",
        },
        new PolicyAttributeInfo<AuthParts>(static (auth, value) => auth.BlobName = value.Text)
        {
            Section = PolicySection.Auth, Name = "blob_name", Kind = PolicyValueKind.Text, Pattern = PolicyPatterns.BlobName,
            PatternHelp = PolicyPatterns.BlobNameHelp, IsExtension = true, ActedOn = true, Help = "Name of the blob that holds the token or the credentials, instead of its index.",
        },
        new()
        {
            Section = PolicySection.Auth, Name = "root_blob_name", Kind = PolicyValueKind.Text, Pattern = PolicyPatterns.BlobName, Default = "AUTH_1", Impact = PolicyImpact.NextAttempt,
            PatternHelp = PolicyPatterns.BlobNameHelp, IsExtension = true, ActedOn = true, Help = "Name of the blob that streamtype sends as its body when it fetches a token.",
        },
        new()
        {
            Section = PolicySection.Auth, Name = "refresh_percent", Kind = PolicyValueKind.Number, Minimum = 10, Maximum = 95, Unit = "%", Default = "80", Impact = PolicyImpact.NextAttempt,
            IsExtension = true, ActedOn = true, Help = "How much of its life a token has behind it when it is renewed, less at most a twentieth of it by chance.",
        },
        new()
        {
            Section = PolicySection.Auth, Name = "refresh_lead_s", Kind = PolicyValueKind.Number, Minimum = 1, Unit = "s", Default = "by refresh_percent", Impact = PolicyImpact.NextAttempt,
            IsExtension = true, ActedOn = true, Help = "How long before its end a token is renewed, instead of refresh_percent; half of its life where that is shorter.",
        },
    ];
}
