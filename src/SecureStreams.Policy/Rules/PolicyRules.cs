namespace SecureStreams.Policy;

/// <summary>Every check of a policy as a whole, after each value has been checked by itself.</summary>
internal static class PolicyRules
{
    /// <param name="draft">The policy: the sum of its layers.</param>
    /// <param name="options">How to judge it.</param>
    /// <param name="bag">Where to report. Nothing stops at the first finding.</param>
    /// <returns>The certificates by name, which were read to judge them.</returns>
    public static Dictionary<string, CertificatePolicy> Check(PolicyDraft draft, PolicyLoadOptions options, DiagnosticBag bag)
    {
        ReferenceRules.Check(draft, bag);
        SymbolRules.Check(draft, bag);
        StreamTypeRules.Check(draft, bag);
        EndpointRules.Check(draft, bag);
        UnixEndpointRules.Check(draft, bag);
        ServerRules.Check(draft, bag);
        BufferRules.Check(draft, bag);
        RetryRules.Check(draft, bag);
        AuthRules.Check(draft, bag);
        HttpRules.Check(draft, bag);
        RideshareRules.Check(draft, bag);
        MqttTopicRules.Check(draft, bag);
        MqttIdentityRules.Check(draft, bag);
        MqttVersionRules.Check(draft, bag);
        ProxyRules.Check(draft, bag);
        SecretRules.Check(draft, bag);
        var certificates = CertificateRules.Read(draft, bag, options, out var unusable);
        IdentityRules.Check(draft, bag);
        ServerKeyRules.Check(draft, certificates, bag);
        UnusedRules.Check(draft, unusable, bag);
        DocumentRules.Check(draft, bag, options);
        RemotePolicyRules.Check(draft, bag);
        return certificates;
    }
}
