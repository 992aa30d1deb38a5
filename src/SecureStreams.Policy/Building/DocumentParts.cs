namespace SecureStreams.Policy;

/// <summary>Gathers the members of the document, beginning with their defaults.</summary>
internal sealed class DocumentParts
{
    public string Release { get; set; } = "";

    public string Product { get; set; } = "";

    public int GovernorRate { get; set; } = GovernorPolicy.DefaultAttemptsPerMinute;

    public int GovernorBurst { get; set; } = GovernorPolicy.DefaultBurst;

    public int GovernorInFlight { get; set; } = GovernorPolicy.DefaultInFlight;

    public int TrialSeconds { get; set; } = TrialPolicy.DefaultSeconds;

    public int TrialConnected { get; set; } = TrialPolicy.DefaultConnected;

    public int TrialAcked { get; set; } = TrialPolicy.DefaultAcked;

    /// <summary>The proxy of all clients that state none; null when the document says nothing.</summary>
    public ProxyPolicy? Proxy { get; set; }

    public int SchemaVersion { get; set; } = PolicyLoader.SupportedSchemaVersion;
}
