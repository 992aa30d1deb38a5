namespace SecureStreams.Policy;

/// <summary>A listener's key is a key, and that of its certificate.</summary>
internal static class ServerKeyRules
{
    public static void Check(PolicyDraft draft, IReadOnlyDictionary<string, CertificatePolicy> certificates, DiagnosticBag bag)
    {
        // Many listeners share one certificate; the comparison is costly.
        Dictionary<(string Certificate, string Key), bool?>? judged = null;
        foreach (var stream in draft[PolicySection.StreamTypes])
        {
            if (!StreamRole.Of(stream).IsServer || stream.Find("server_key") is not { } named || !certificates.TryGetValue(named.Value.Text, out var key))
                continue;
            if (stream.Find("server_cert") is { } same && same.Value.Text == named.Value.Text)
            {
                bag.Report(PolicyDiagnosticTable.CertificateForKey, named, $"{stream.Subject}: server_key and server_cert both name {QuotedValue.Of(key.Name)}, which cannot be both");
            }
            else if (CertificateReader.ProblemOf(key) is null)
            {
                bag.Report(PolicyDiagnosticTable.CertificateForKey, named, $"{stream.Subject}: server_key names {QuotedValue.Of(key.Name)}, which is a certificate");
            }
            else if (stream.Find("server_cert") is { } own && certificates.TryGetValue(own.Value.Text, out var certificate))
            {
                judged ??= [];
                if (!judged.TryGetValue((certificate.Name, key.Name), out var fits))
                    judged[(certificate.Name, key.Name)] = fits = CertificateReader.IsKeyOf(certificate, key);
                if (fits == false)
                    bag.Report(PolicyDiagnosticTable.KeyMismatch, named, $"{stream.Subject}: the key {QuotedValue.Of(key.Name)} does not belong to the certificate {Wording.Quote(certificate.Name)}: their public keys differ");
            }
        }
    }
}
