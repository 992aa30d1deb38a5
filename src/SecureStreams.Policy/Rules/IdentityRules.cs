namespace SecureStreams.Policy;

/// <summary>The certificate that a client shows in TLS: one, with its key, and with TLS to show it in.</summary>
internal static class IdentityRules
{
    public static void Check(PolicyDraft draft, DiagnosticBag bag)
    {
        foreach (var stream in draft[PolicySection.StreamTypes])
        {
            if (StreamRole.Of(stream).IsClient && !stream.IsWrong("tls_cert_blob") && !stream.IsWrong("tls_key_blob") && !stream.IsWrong("client_cert"))
                Check(stream, bag);
        }
    }

    private static void Check(DraftEntry stream, DiagnosticBag bag)
    {
        var certificate = stream.Find("tls_cert_blob");
        var index = stream.Find("client_cert");
        var key = stream.Find("tls_key_blob");
        var passphrase = stream.Find("tls_key_passphrase_blob");
        if ((certificate ?? index ?? key ?? passphrase) is not { } stated)
            return;
        if (!stream.Flag("tls") && !stream.IsWrong("tls"))
        {
            bag.Report(PolicyDiagnosticTable.OddIdentity, stated, $"{stream.Subject}: {stated.Node.Name} is stated, but tls is not set, so that no certificate is ever shown");
            return;
        }

        if (certificate is not null && index is { } idle)
            bag.Report(PolicyDiagnosticTable.OddIdentity, idle, $"{stream.Subject}: {idle.Node.Name} has no effect beside tls_cert_blob, which counts");
        if (key is { } lonely && certificate is null && index is null)
            bag.Report(PolicyDiagnosticTable.OddIdentity, lonely, $"{stream.Subject}: tls_key_blob names a key and nothing names its certificate, so that every attempt to connect fails; state tls_cert_blob or client_cert too");
        if (passphrase is not { } secret)
            return;
        if (certificate is null && index is null && key is null)
            bag.Report(PolicyDiagnosticTable.OddIdentity, secret, $"{stream.Subject}: tls_key_passphrase_blob has no effect: there is neither a key nor a certificate");
        else if ((key ?? certificate) is { } holder && holder.Value.Text == secret.Value.Text)
            bag.Report(PolicyDiagnosticTable.OddIdentity, secret, $"{stream.Subject}: tls_key_passphrase_blob and {holder.Attribute.Name} both name {QuotedValue.Of(secret.Value.Text)}, which cannot be both");
    }
}
