using System.Globalization;
using System.Text.Json;

namespace SecureStreams.Policy;

/// <summary>Reads <c>certs</c> and judges each entry by who uses it.</summary>
internal static class CertificateRules
{
    /// <summary>How long before its end a certificate is worth a word.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromDays(30);

    /// <param name="draft">The policy.</param>
    /// <param name="bag">Where to report.</param>
    /// <param name="options">When certificates must be valid.</param>
    /// <param name="unusable">Names of entries that were refused, or told to be unusable and unused.</param>
    /// <returns>The certificates by name, as the model will hold them.</returns>
    public static Dictionary<string, CertificatePolicy> Read(PolicyDraft draft, DiagnosticBag bag, PolicyLoadOptions options, out HashSet<string> unusable)
    {
        var users = UsersOf(draft);
        unusable = new HashSet<string>(StringComparer.Ordinal);

        // What a listener calls its key may be a kind of key that we cannot tell from anything else (an encrypted one): the listener judges it.
        var keys = new HashSet<string>(StringComparer.Ordinal);
        foreach (var stream in draft[PolicySection.StreamTypes])
        {
            if (stream.Find("server_key") is { } key)
                keys.Add(key.Value.Text);
        }

        var certificates = new Dictionary<string, CertificatePolicy>(StringComparer.Ordinal);
        foreach (var entry in draft[PolicySection.Certificates])
        {
            if (entry.Node.Kind != JsonValueKind.String)
            {
                unusable.Add(entry.Name);
                continue;
            }

            var certificate = CertificateReader.Read(entry.Name, entry.Node.Text);
            certificates.Add(entry.Name, certificate);
            var user = users.GetValueOrDefault(entry.Name);
            if (!keys.Contains(entry.Name) || user is not null || certificate.Problem is not null || CertificateReader.IsPrivateKey(certificate, entry.Node.Text))
            {
                if (!Check(entry, certificate, user, bag, options) && user is null)
                    unusable.Add(entry.Name);
            }
        }

        foreach (var store in draft[PolicySection.TrustStores])
        {
            if (!store.IsWrong("stack") && (store.Find("stack") is not { } stack || stack.Value.Items.IsEmpty))
                bag.Report(PolicyDiagnosticTable.EmptyTrustStore, store, $"{store.Subject}: it names no certificate, so that it trusts no peer");
        }

        return certificates;
    }

    /// <returns>Whether it can be read, or is known to be something else.</returns>
    private static bool Check(DraftEntry entry, CertificatePolicy certificate, string? user, DiagnosticBag bag, PolicyLoadOptions options)
    {
        if (certificate.Problem == CertificateReader.Elided)
        {
            Report(PolicyDiagnosticTable.CertificateElided, $"{entry.Subject}: {CertificateReader.Elided}; a stream that needs it is refused when it connects");
        }
        else if (CertificateReader.IsPrivateKey(certificate, entry.Node.Text))
        {
            Report(PolicyDiagnosticTable.PrivateKeyInText, $"{entry.Subject}: it is a private key, in clear text");
            if (user is not null)
                Report(PolicyDiagnosticTable.CertificateInvalid, $"{entry.Subject}: {user} uses it, but it is a private key");
        }
        else if (CertificateReader.ProblemOf(certificate) is { } problem)
        {
            Report(
                user is null ? PolicyDiagnosticTable.CertificateUnusable : PolicyDiagnosticTable.CertificateInvalid,
                user is null ? $"{entry.Subject}: {problem}" : $"{entry.Subject}: {user} uses it, but {problem}");
            return false;
        }
        else if (options.ValidAt is { } now)
        {
            if (CertificateReader.ValidityOf(certificate) is not var (from, to))
            {
                Report(PolicyDiagnosticTable.CertificateUnusable, $"{entry.Subject}: the time in which it is valid cannot be read");
                return false;
            }

            var used = user is null ? "" : $"; {user} uses it";
            if (now > to)
                Report(PolicyDiagnosticTable.CertificateExpired, $"{entry.Subject}: it expired on {to:yyyy-MM-dd}{used}");
            else if (now < from)
                Report(PolicyDiagnosticTable.CertificateExpired, $"{entry.Subject}: it is not valid before {from:yyyy-MM-dd}{used}");
            else if (to - now < Soon)
                Report(PolicyDiagnosticTable.CertificateExpiresSoon, $"{entry.Subject}: it expires on {to:yyyy-MM-dd}, {DaysUntil(to - now)}{used}");
        }

        return true;

        void Report(PolicyDiagnosticInfo info, Finding finding) => bag.Report(info, entry.Source, entry.Node, finding);
    }

    private static string DaysUntil(TimeSpan left) => (int)left.TotalDays switch
    {
        0 => "within a day",
        1 => "in a day",
        var days => string.Create(CultureInfo.InvariantCulture, $"in {days} days"),
    };

    /// <summary>Who needs a certificate, as against a key, by the certificate's name.</summary>
    private static Dictionary<string, string> UsersOf(PolicyDraft draft)
    {
        var users = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var store in draft[PolicySection.TrustStores])
        {
            foreach (var name in store.Find("stack")?.NamesIn() ?? [])
                users.TryAdd(name, store.Subject);
        }

        foreach (var stream in draft[PolicySection.StreamTypes])
        {
            if (stream.Flag("server") && stream.Find("server_cert") is { } certificate)
                users.TryAdd(certificate.Value.Text, stream.Subject);
        }

        return users;
    }
}
