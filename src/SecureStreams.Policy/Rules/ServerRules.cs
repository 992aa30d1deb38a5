namespace SecureStreams.Policy;

/// <summary>A listener's TLS: certificate and key belong together, and to tls.</summary>
internal static class ServerRules
{
    public static void Check(PolicyDraft draft, DiagnosticBag bag)
    {
        foreach (var stream in draft[PolicySection.StreamTypes])
        {
            if (StreamRole.Of(stream).IsServer && !stream.IsWrong("tls") && !stream.IsWrong("endpoint"))
                Check(stream, bag);
        }
    }

    private static void Check(DraftEntry stream, DiagnosticBag bag)
    {
        var certificate = stream.Find("server_cert");
        var key = stream.Find("server_key");
        if (!stream.Flag("tls"))
        {
            if ((certificate ?? key) is { } idle)
                bag.Report(PolicyDiagnosticTable.ServerCertWithoutTls, idle, $"{stream.Subject}: {idle.Attribute.Name} is stated, but tls is not set, so that it listens in the clear");
            return;
        }

        // A streamtype that joins a listener takes that listener's certificate.
        if (stream.Find("endpoint") is { } endpoint && endpoint.Value.Text.StartsWith('!'))
            return;
        var hasCertificate = stream.IsStated("server_cert") || stream.IsStated("tls_cert_blob");
        var hasKey = stream.IsStated("server_key") || stream.IsStated("tls_key_blob");
        if (!hasCertificate && stream.Find("tls") is { } tls)
        {
            bag.Report(PolicyDiagnosticTable.ServerCertMissing, tls, $"{stream.Subject}: tls is set on a listener that has no certificate; add server_cert and server_key");
        }
        else if (certificate is { } alone && !hasKey)
        {
            bag.Report(PolicyDiagnosticTable.ServerKeyMissing, alone, $"{stream.Subject}: server_cert names {QuotedValue.Of(alone.Value.Text)}, but there is no server_key to go with it");
        }
    }
}
