using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SecureStreams.Policy;

/// <summary>From the text of an entry of <c>certs</c> to its bytes. Never puts the text into a message: it may be a key.</summary>
internal static class CertificateReader
{
    private const string Armour = "-----";

    public const string Elided = "it is shortened with '...'";

    private const string Several = "it holds more than one PEM block";
    private const string Empty = "it is empty";
    private const string NotBase64 = "it is not base64";

    public static CertificatePolicy Read(string name, string text)
    {
        if (text.Contains("...", StringComparison.Ordinal) || text.Contains('\u2026', StringComparison.Ordinal))
            return Unusable(name, Elided);
        if (Unwrap(text) is not { } base64)
            return Unusable(name, Several);
        if (string.IsNullOrWhiteSpace(base64))
            return Unusable(name, Empty);

        var der = new byte[(base64.Length * 3 / 4) + 3];
        return Convert.TryFromBase64String(base64, der, out var length)
            ? new CertificatePolicy { Name = name, Der = [.. der.AsSpan(0, length)], Problem = null }
            : Unusable(name, NotBase64);
    }

    /// <summary>A text that reads as <paramref name="entry"/>: its bytes, or something with the same problem.</summary>
    public static string TextOf(CertificatePolicy entry) => entry.Problem switch
    {
        null => Convert.ToBase64String(entry.Der.AsSpan()),
        Several => $"{Armour}BEGIN A{Armour}{Armour}END A{Armour}{Armour}BEGIN B{Armour}{Armour}END B{Armour}",
        Empty => "",
        NotBase64 => "?",
        _ => "...",
    };

    /// <summary>Whether the text says by its armour, or its bytes by their shape, that it is a private key.</summary>
    public static bool IsPrivateKey(CertificatePolicy entry, string text) =>
        text.Contains("PRIVATE KEY" + Armour, StringComparison.Ordinal) || IsPrivateKey(entry);

    /// <summary>Whether the bytes are a PKCS#1, SEC 1 or PKCS#8 private key: a SEQUENCE that begins with the INTEGER 0 or 1.</summary>
    public static bool IsPrivateKey(CertificatePolicy entry)
    {
        var der = entry.Der.AsSpan();
        if (der.Length < 8 || der[0] != 0x30)
            return false;

        // A length above 127 is preceded by the count of its bytes.
        var header = 2 + (der[1] > 0x80 ? der[1] & 0x7F : 0);
        return der.Length > header + 3 && der[header] == 0x02 && der[header + 1] == 1 && der[header + 2] <= 1;
    }

    /// <summary>Why the bytes are no certificate, or null; and the time in which it is valid.</summary>
    public static string? Parse(CertificatePolicy entry, out DateTimeOffset from, out DateTimeOffset to)
    {
        from = DateTimeOffset.MinValue;
        to = DateTimeOffset.MaxValue;
        if (entry.Problem is { } problem)
            return problem;
        try
        {
            using var certificate = X509CertificateLoader.LoadCertificate(entry.Der.AsSpan());
            from = new DateTimeOffset(certificate.NotBefore.ToUniversalTime());
            to = new DateTimeOffset(certificate.NotAfter.ToUniversalTime());
            return null;
        }
        catch (Exception refused) when (refused is CryptographicException or ArgumentException)
        {
            // The platform's own words differ from system to system, and say no more.
            return "it is not a DER certificate";
        }
    }

    private static CertificatePolicy Unusable(string name, string problem) => new() { Name = name, Der = [], Problem = problem };

    /// <summary>The text between PEM armour lines, or the text itself; null for several blocks.</summary>
    private static string? Unwrap(string text)
    {
        var begin = text.IndexOf(Armour + "BEGIN", StringComparison.Ordinal);
        if (begin < 0)
            return text;
        var body = text.IndexOf(Armour, begin + Armour.Length, StringComparison.Ordinal);
        var end = body < 0 ? -1 : text.IndexOf(Armour + "END", body + Armour.Length, StringComparison.Ordinal);
        if (end < 0)
            return text;
        return text.IndexOf(Armour + "BEGIN", end, StringComparison.Ordinal) >= 0 ? null : text[(body + Armour.Length)..end];
    }
}
