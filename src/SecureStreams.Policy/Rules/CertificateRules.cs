using System.Globalization;
using System.Text.Json;

namespace SecureStreams.Policy;

/// <summary>Reads <c>certs</c> and judges each entry by who uses it.</summary>
internal static class CertificateRules
{
    /// <summary>The certificates by name, as the model will hold them.</summary>
    public static Dictionary<string, CertificatePolicy> Read(PolicyDraft draft, DiagnosticBag bag, PolicyLoadOptions options)
    {
        var users = UsersOf(draft);

        // What a listener calls its key may be a kind of key that we cannot tell from anything else (an encrypted one): the listener judges it.
        var keys = draft[PolicySection.StreamTypes].Select(static stream => stream.Find("server_key")?.Value.Text).OfType<string>().ToHashSet(StringComparer.Ordinal);
        var certificates = new Dictionary<string, CertificatePolicy>(StringComparer.Ordinal);
        foreach (var entry in draft[PolicySection.Certificates])
        {
            if (entry.Node.Kind != JsonValueKind.String)
                continue;
            var certificate = CertificateReader.Read(entry.Name, entry.Node.Text);
            certificates.Add(entry.Name, certificate);
            if (!keys.Contains(entry.Name) || certificate.Problem is not null || CertificateReader.IsPrivateKey(certificate, entry.Node.Text))
                Check(entry, certificate, users.GetValueOrDefault(entry.Name), bag, options);
        }

        foreach (var store in draft[PolicySection.TrustStores])
        {
            if (!store.IsWrong("stack") && (store.Find("stack") is not { } stack || stack.Value.Items.IsEmpty))
                bag.ReportName(PolicyDiagnosticTable.EmptyTrustStore, store.Source, store.Node, $"{store.Subject}: it names no certificate, so that it trusts no peer");
        }

        return certificates;
    }

    private static void Check(DraftEntry entry, CertificatePolicy certificate, string? user, DiagnosticBag bag, PolicyLoadOptions options)
    {
        if (certificate.Problem == CertificateReader.Elided)
        {
            bag.Report(PolicyDiagnosticTable.CertificateElided, entry.Source, entry.Node,
                $"{entry.Subject}: {CertificateReader.Elided}; a stream that needs it is refused when it connects");
        }
        else if (CertificateReader.IsPrivateKey(certificate, entry.Node.Text))
        {
            bag.Report(PolicyDiagnosticTable.PrivateKeyInText, entry.Source, entry.Node, $"{entry.Subject}: it is a private key, in clear text");
            if (user is not null)
                bag.Report(PolicyDiagnosticTable.CertificateInvalid, entry.Source, entry.Node, $"{entry.Subject}: {user} uses it, but it is a private key");
        }
        else if (CertificateReader.Parse(certificate, out var from, out var to) is { } problem)
        {
            bag.Report(user is null ? PolicyDiagnosticTable.CertificateUnusable : PolicyDiagnosticTable.CertificateInvalid, entry.Source, entry.Node,
                user is null ? $"{entry.Subject}: {problem}" : $"{entry.Subject}: {user} uses it, but {problem}");
        }
        else if (options.ValidAt is { } now && (now < from || now > to))
        {
            bag.Report(PolicyDiagnosticTable.CertificateExpired, entry.Source, entry.Node,
                now > to
                    ? string.Create(CultureInfo.InvariantCulture, $"{entry.Subject}: it expired on {to:yyyy-MM-dd}")
                    : string.Create(CultureInfo.InvariantCulture, $"{entry.Subject}: it is not valid before {from:yyyy-MM-dd}"));
        }
    }

    /// <summary>Who needs a certificate, as against a key, by the certificate's name.</summary>
    private static Dictionary<string, string> UsersOf(PolicyDraft draft)
    {
        var users = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var store in draft[PolicySection.TrustStores])
        {
            foreach (var name in store.Find("stack")?.Value.Items ?? [])
                users.TryAdd(name.Text, store.Subject);
        }

        foreach (var stream in draft[PolicySection.StreamTypes])
        {
            if (stream.Flag("server") && stream.Find("server_cert") is { } certificate)
                users.TryAdd(certificate.Value.Text, stream.Subject);
        }

        return users;
    }
}
