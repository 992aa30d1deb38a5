using System.Security.Cryptography.X509Certificates;

namespace SecureStreams.TestSupport.Certificates;

/// <summary>A certificate with its key and the intermediates that a server sends with it.</summary>
public sealed class TestCertificate : IDisposable
{
    internal TestCertificate(X509Certificate2 certificate, X509Certificate2Collection intermediates)
    {
        Certificate = certificate;
        Intermediates = intermediates;
    }

    /// <summary>With its private key, usable by <c>SslStream</c> and Kestrel. Owned by this object.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>From the issuer of the certificate upwards, the root excluded. Owned by their authorities.</summary>
    public X509Certificate2Collection Intermediates { get; }

    /// <summary>The certificate alone as base64 DER in one line, as it stands in a policy's <c>certs</c>.</summary>
    public string Base64Der => Convert.ToBase64String(Certificate.RawData);

    /// <summary>The certificate and its intermediates as PEM.</summary>
    public string ChainPem => string.Concat(Intermediates.Prepend(Certificate).Select(static one => one.ExportCertificatePem() + "\n"));

    /// <summary>The unencrypted PKCS#8 key as PEM.</summary>
    public string KeyPem => (Certificate.GetECDsaPrivateKey()?.ExportPkcs8PrivateKeyPem() ?? Certificate.GetRSAPrivateKey()!.ExportPkcs8PrivateKeyPem()) + "\n";

    /// <summary>Writes <c>name.crt</c> and <c>name.key</c>, readable by the owner only, and returns their paths.</summary>
    public (string CertificateFile, string KeyFile) WritePem(string directory, string name)
    {
        var certificate = Path.Combine(directory, name + ".crt");
        var key = Path.Combine(directory, name + ".key");
        WritePrivate(certificate, ChainPem);
        WritePrivate(key, KeyPem);
        return (certificate, key);
    }

    /// <inheritdoc/>
    public void Dispose() => Certificate.Dispose();

    internal static void WritePrivate(string path, string text)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var writer = new StreamWriter(path, options);
        writer.Write(text);
    }
}
