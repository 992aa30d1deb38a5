using System.Collections.Immutable;

namespace SecureStreams.Policy;

internal static class DocumentAttributes
{
    public static ImmutableArray<PolicyAttributeInfo> Rows { get; } =
    [
        new PolicyAttributeInfo<DocumentParts>(static (document, value) => document.Release = value.Text)
        {
            Section = PolicySection.Document, Name = "release", Kind = PolicyValueKind.Text, ActedOn = true, AllowsControlCharacters = true,
            Scopes = Everyone, Impact = PolicyImpact.Live, Help = "The version of this policy, any text.",
        },
        new PolicyAttributeInfo<DocumentParts>(static (document, value) => document.Product = value.Text)
        {
            Section = PolicySection.Document, Name = "product", Kind = PolicyValueKind.Text, ActedOn = true, AllowsControlCharacters = true,
            Scopes = Everyone, Impact = PolicyImpact.Live, Help = "The product it is for; refused by a program that says it is another.",
        },
        new PolicyAttributeInfo<DocumentParts>(static (document, value) => document.SchemaVersion = (int)value.Number)
        {
            Section = PolicySection.Document, Name = "schema-version", Kind = PolicyValueKind.Number, Default = "1", ActedOn = true,
            Scopes = Everyone, Impact = PolicyImpact.Live, Help = "The policy language it needs; a newer one than this release reads is refused.",
        },
        new PolicyAttributeInfo<DocumentParts>(static (document, value) => document.Proxy = StreamTypeParts.ProxyOf(ProxyKind.Socks5, value.Text, document.Proxy))
        {
            Section = PolicySection.Document, Name = "via-socks5", Kind = PolicyValueKind.Text, Pattern = PolicyPatterns.Socks,
            PatternHelp = PolicyPatterns.SocksHelp, IsSecret = true, ActedOn = true,
            Help = "SOCKS5 proxy of all client streams, which looks their names up; \"\" for none, whatever the environment (socks_proxy) says.",
        },
        new PolicyAttributeInfo<DocumentParts>(static (document, value) => document.Proxy = StreamTypeParts.ProxyOf(ProxyKind.HttpConnect, value.Text, document.Proxy))
        {
            Section = PolicySection.Document, Name = "via_http_proxy", Kind = PolicyValueKind.Text, Pattern = PolicyPatterns.Socks,
            PatternHelp = PolicyPatterns.SocksHelp, IsSecret = true, ActedOn = true, IsExtension = true,
            Help = "HTTP proxy of all client streams, asked to CONNECT; \"\" for none.",
        },
        new PolicyAttributeInfo<DocumentParts>(static (document, value) => document.GovernorRate = (int)value.Number)
        {
            Section = PolicySection.Document, Name = "governor_rate", Kind = PolicyValueKind.Number, Minimum = 1, Maximum = 60000, Unit = "attempts/min",
            Default = "600", ActedOn = true, IsExtension = true, Impact = PolicyImpact.Live,
            Help = "Attempts a minute that all streams together make to a peer that fails, once governor_burst is used up.",
        },
        new PolicyAttributeInfo<DocumentParts>(static (document, value) => document.GovernorBurst = (int)value.Number)
        {
            Section = PolicySection.Document, Name = "governor_burst", Kind = PolicyValueKind.Number, Minimum = 1, Maximum = 10000, Unit = "attempts",
            Default = "20", ActedOn = true, IsExtension = true, Impact = PolicyImpact.Live,
            Help = "Attempts to a peer that fails which need not wait for governor_rate.",
        },
        new PolicyAttributeInfo<DocumentParts>(static (document, value) => document.GovernorInFlight = (int)value.Number)
        {
            Section = PolicySection.Document, Name = "governor_in_flight", Kind = PolicyValueKind.Number, Minimum = 1, Maximum = 10000, Unit = "attempts",
            Default = "20", ActedOn = true, IsExtension = true, Impact = PolicyImpact.Live,
            Help = "Attempts to a peer that fails which are under way at a time.",
        },
        new()
        {
            Section = PolicySection.Document, Name = "policy_revision", Kind = PolicyValueKind.Number, Maximum = 999_999_999_999_999, ActedOn = true, IsExtension = true,
            Scopes = Everyone, Impact = PolicyImpact.Live, Help = "Counts what is published: a fetched policy with a lower number than one accepted before is refused.",
        },
        new()
        {
            Section = PolicySection.Document, Name = "policy_expires", Kind = PolicyValueKind.Text, Pattern = PolicyPatterns.Time, PatternHelp = PolicyPatterns.TimeHelp,
            ActedOn = true, IsExtension = true, Scopes = Everyone, Impact = PolicyImpact.Live,
            Help = "From when on it is not to be taken up from the network any more; where it runs already it goes on, with a warning.",
        },
        new()
        {
            Section = PolicySection.Document, Name = "policy_refresh_s", Kind = PolicyValueKind.Number, Minimum = 5, Maximum = 31 * 24 * 3600, Unit = "s", ActedOn = true,
            IsExtension = true, Scopes = Everyone, Impact = PolicyImpact.Live, Default = "what the program says",
            Help = "Time between two fetches of the policy, give or take a tenth.",
        },
        new()
        {
            Section = PolicySection.Document, Name = "policy_keys", Kind = PolicyValueKind.TextMap, Pattern = PolicyPatterns.EcdsaKey, PatternHelp = PolicyPatterns.EcdsaKeyHelp,
            Default = "[]", ActedOn = true, IsExtension = true, Scopes = Everyone, Impact = PolicyImpact.Live,
            Help = "Public keys that fetched policies must be signed by, each with a name; only those of the policy that the program brought count.",
        },
        new()
        {
            Section = PolicySection.Document, Name = "policy_signatures", Kind = PolicyValueKind.Number, Minimum = 1, Maximum = 16, Default = "1", ActedOn = true, IsExtension = true,
            Scopes = Everyone, Impact = PolicyImpact.Live, Help = "How many of policy_keys must have signed a fetched policy.",
        },
        new PolicyAttributeInfo<DocumentParts>(static (document, value) => document.TrialSeconds = (int)value.Number)
        {
            Section = PolicySection.Document, Name = "trial_seconds", Kind = PolicyValueKind.Number, Minimum = 0, Maximum = 86400, Unit = "s",
            Default = "0", ActedOn = true, IsExtension = true, Impact = PolicyImpact.Live, Scopes = Everyone,
            Help = "A change that makes this policy is on trial for so long, and taken back if what it touches does not work; 0: it holds at once.",
        },
        new PolicyAttributeInfo<DocumentParts>(static (document, value) => document.TrialConnected = (int)value.Number)
        {
            Section = PolicySection.Document, Name = "trial_connected", Kind = PolicyValueKind.Number, Minimum = 0, Maximum = 100, Unit = "%",
            Default = "90", ActedOn = true, IsExtension = true, Impact = PolicyImpact.Live, Scopes = Everyone,
            Help = "How many of the touched streams of a streamtype that were connected must be connected at the end of a trial.",
        },
        new PolicyAttributeInfo<DocumentParts>(static (document, value) => document.TrialAcked = (int)value.Number)
        {
            Section = PolicySection.Document, Name = "trial_acked", Kind = PolicyValueKind.Number, Minimum = 0, Maximum = 100, Unit = "%",
            Default = "90", ActedOn = true, IsExtension = true, Impact = PolicyImpact.Live, Scopes = Everyone,
            Help = "How much of the share of acknowledged transactions (of a server: of accepted connections) before a trial must be reached in it.",
        },
        Section("retry", "Back-off schemes: an array of objects, each member one scheme.", actedOn: true),
        Section("certs", "Certificates: an array of objects, each member a name and the base64 text of one DER certificate.", actedOn: true),
        Section("trust_stores", "Trust stores: {\"name\": ..., \"stack\": [...]}, or {\"the name\": [...]}.", actedOn: true),
        Section("auth", "Authentication schemes, each with a name.", actedOn: true),
        Section("metrics", "Reports of measurements, each with a name.", actedOn: false),
        Section("s", "Streamtypes: an array of objects, each member one streamtype.", actedOn: true),
    ];

    private const PolicyScopes Everyone = PolicyScopes.Client | PolicyScopes.Server | PolicyScopes.Proxy;

    private static PolicyAttributeInfo Section(string name, string help, bool actedOn) => new()
    {
        Section = PolicySection.Document, Name = name, Kind = PolicyValueKind.Section, ActedOn = actedOn, Scopes = Everyone,
        Impact = PolicyImpact.NextAttempt, Help = help,
    };
}
