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

        var der = new byte[((base64.Length / 4) + 1) * 3];
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

    /// <summary>Why the bytes are no certificate, or null.</summary>
    public static string? ProblemOf(CertificatePolicy entry)
    {
        if (entry.Problem is { } problem)
            return problem;
        try
        {
            X509CertificateLoader.LoadCertificate(entry.Der.AsSpan()).Dispose();
            return null;
        }
        catch (Exception refused) when (refused is CryptographicException or ArgumentException)
        {
            // The platform's own words differ from system to system, and say no more.
            return "it is not a DER certificate";
        }
    }

    /// <summary>The time in which a certificate without problem is valid; null when it cannot be read. Not asked without need: times of certificates are local, and what the local time is costs a first load much.</summary>
    public static (DateTimeOffset From, DateTimeOffset To)? ValidityOf(CertificatePolicy entry)
    {
        using var certificate = X509CertificateLoader.LoadCertificate(entry.Der.AsSpan());
        try
        {
            return (new DateTimeOffset(certificate.NotBefore.ToUniversalTime()), new DateTimeOffset(certificate.NotAfter.ToUniversalTime()));
        }
        catch (Exception refused) when (refused is CryptographicException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>Whether the private key in <paramref name="key"/> is that of the certificate; null when one of them cannot be read here (an encrypted key, a kind of key that the platform has not).</summary>
    public static bool? IsKeyOf(CertificatePolicy certificate, CertificatePolicy key)
    {
        if (certificate.Problem is not null || key.Problem is not null)
            return null;
        try
        {
            if (PublicPartOf(key.Der.AsSpan()) is not { } expected)
                return null;
            using var parsed = X509CertificateLoader.LoadCertificate(certificate.Der.AsSpan());
            var actual = parsed.PublicKey;

            // A point of a curve can be written in a shorter form, which says the same in other bytes.
            if (actual.Oid.Value == expected.Oid.Value && actual.EncodedKeyValue.RawData.Length != expected.EncodedKeyValue.RawData.Length && actual.EncodedKeyValue.RawData is [2 or 3, ..])
                return null;
            return actual.Oid.Value == expected.Oid.Value && actual.EncodedKeyValue.RawData.AsSpan().SequenceEqual(expected.EncodedKeyValue.RawData);
        }
        catch (Exception refused) when (refused is CryptographicException or PlatformNotSupportedException or ArgumentException)
        {
            return null;
        }
    }

    private static PublicKey? PublicPartOf(ReadOnlySpan<byte> key)
    {
        using var rsa = RSA.Create();
        if (TryImport(rsa, key, static (rsa, key) => rsa.ImportPkcs8PrivateKey(key, out _)) || TryImport(rsa, key, static (rsa, key) => rsa.ImportRSAPrivateKey(key, out _)))
            return PublicKey.CreateFromSubjectPublicKeyInfo(rsa.ExportSubjectPublicKeyInfo(), out _);
        using var curve = ECDsa.Create();
        return TryImport(curve, key, static (curve, key) => curve.ImportPkcs8PrivateKey(key, out _)) || TryImport(curve, key, static (curve, key) => curve.ImportECPrivateKey(key, out _))
            ? PublicKey.CreateFromSubjectPublicKeyInfo(curve.ExportSubjectPublicKeyInfo(), out _)
            : null;
    }

    private static bool TryImport<TKey>(TKey into, ReadOnlySpan<byte> key, KeyImport<TKey> import)
    {
        try
        {
            import(into, key);
            return true;
        }
        catch (Exception refused) when (refused is CryptographicException or PlatformNotSupportedException)
        {
            // Of another kind, or of a curve that the platform has not; the next one is tried.
            return false;
        }
    }

    private delegate void KeyImport<in TKey>(TKey into, ReadOnlySpan<byte> key);

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
