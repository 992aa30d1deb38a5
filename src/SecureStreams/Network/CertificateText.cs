using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SecureStreams.Network;

/// <summary>Certificates in messages. All of it is the peer's text and is cleaned as such.</summary>
internal static class CertificateText
{
    public static string Subject(X509Certificate2 certificate) => $"'{OperatorText.Clean(certificate.Subject)}'";

    public static string Issuer(X509Certificate2 certificate) => $"'{OperatorText.Clean(certificate.Issuer)}'";

    /// <summary>The names and addresses that it is for, by its subjectAltName.</summary>
    public static string Names(X509Certificate2 certificate)
    {
        List<string> names = [];
        try
        {
            foreach (var extension in certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>())
            {
                names.AddRange(extension.EnumerateDnsNames());
                names.AddRange(extension.EnumerateIPAddresses().Select(static one => one.ToString()));
            }
        }
        catch (CryptographicException)
        {
            return "names that cannot be read";
        }

        if (names.Count == 0)
            return $"no host at all (subject {Subject(certificate)})";
        var listed = string.Join(", ", names.Take(NetworkDefaults.MaxListedNames).Select(static one => $"'{OperatorText.Clean(one)}'"));
        var rest = names.Count - NetworkDefaults.MaxListedNames;
        return rest > 0 ? $"{listed} and {rest} more" : listed;
    }

    /// <summary>What is wrong with its validity at <paramref name="now"/>.</summary>
    public static string Validity(X509Certificate2 certificate, DateTimeOffset now)
    {
        var from = certificate.NotBefore.ToUniversalTime();
        var until = certificate.NotAfter.ToUniversalTime();
        var time = now.UtcDateTime;
        var what = time > until ? "has expired" : time < from ? "is not valid yet" : "is not valid at this time";
        return $"certificate {Subject(certificate)} {what}: valid from {Stamp(from)} until {Stamp(until)}, now is {Stamp(time)}";
    }

    private static string Stamp(DateTime time) => time.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
