using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SecureStreams.TestSupport.Certificates;

/// <summary>A certificate authority made at run time: a root, or an intermediate below one.</summary>
public sealed class TestAuthority : IDisposable
{
    // Wide, so that every leaf fits between, and a manual clock that stands some years off still finds the chain valid.
    private static readonly TimeSpan Reach = TimeSpan.FromDays(3650);
    private readonly X509Certificate2Collection _intermediates;

    private TestAuthority(X509Certificate2 certificate, X509Certificate2Collection intermediates)
    {
        Certificate = certificate;
        _intermediates = intermediates;
    }

    /// <summary>The authority's certificate, with its key.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>The certificate as base64 DER in one line, as it stands in a policy's <c>certs</c>.</summary>
    public string Base64Der => Convert.ToBase64String(Certificate.RawData);

    /// <summary>The certificate as PEM.</summary>
    public string Pem => Certificate.ExportCertificatePem() + "\n";

    /// <summary>Makes a root.</summary>
    public static TestAuthority Create(string name = "Test Root")
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = DateTimeOffset.UtcNow;
        return new TestAuthority(AuthorityRequest(name, key).CreateSelfSigned(now - Reach, now + Reach), []);
    }

    /// <summary>Makes an authority below this one; what it issues carries it along as an intermediate.</summary>
    public TestAuthority CreateIntermediate(string name = "Test Intermediate")
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var issued = AuthorityRequest(name, key).Create(Certificate, Certificate.NotBefore, Certificate.NotAfter, SerialNumber());
        var certificate = issued.CopyWithPrivateKey(key);
        return new TestAuthority(certificate, [certificate, .. _intermediates]);
    }

    /// <summary>Issues a sound leaf for some hosts and addresses.</summary>
    public TestCertificate Issue(params string[] hosts) => Issue(new TestCertificateOptions { Hosts = hosts });

    /// <summary>Issues a leaf that has been invalid since yesterday.</summary>
    public TestCertificate IssueExpired(params string[] hosts) =>
        Issue(new TestCertificateOptions { Hosts = hosts, NotAfter = DateTimeOffset.UtcNow - TimeSpan.FromDays(1) });

    /// <summary>Issues a leaf that becomes valid in eight years: beyond a manual clock's time too.</summary>
    public TestCertificate IssueNotYetValid(params string[] hosts) =>
        Issue(new TestCertificateOptions { Hosts = hosts, NotBefore = DateTimeOffset.UtcNow + TimeSpan.FromDays(2920) });

    /// <summary>Issues a leaf as told.</summary>
    public TestCertificate Issue(TestCertificateOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        using AsymmetricAlgorithm key = options.UseRsa ? RSA.Create(2048) : ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var subject = new X500DistinguishedName($"CN={options.Hosts[0]}, O=SecureStreams tests");
        var request = key is RSA rsa
            ? new CertificateRequest(subject, rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new CertificateRequest(subject, (ECDsa)key, HashAlgorithmName.SHA256);
        AddLeafExtensions(request, options);

        var now = DateTimeOffset.UtcNow;
        using var issued = request.Create(
            Certificate.SubjectName,
            X509SignatureGenerator.CreateForECDsa(Certificate.GetECDsaPrivateKey()!),
            options.NotBefore ?? now - TimeSpan.FromDays(365),
            options.NotAfter ?? now + TimeSpan.FromDays(3285),
            SerialNumber());
        using var withKey = key is RSA rsaKey ? issued.CopyWithPrivateKey(rsaKey) : issued.CopyWithPrivateKey((ECDsa)key);

        // Through PKCS#12 once: some platforms' TLS does not take the in-memory key as it is.
        var usable = X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pfx), null, X509KeyStorageFlags.Exportable);
        return new TestCertificate(usable, _intermediates);
    }

    /// <inheritdoc/>
    public void Dispose() => Certificate.Dispose();

    private static CertificateRequest AuthorityRequest(string name, ECDsa key)
    {
        var request = new CertificateRequest($"CN={name}, O=SecureStreams tests", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        return request;
    }

    private static byte[] SerialNumber()
    {
        var serial = RandomNumberGenerator.GetBytes(16);
        serial[0] = (byte)(serial[0] & 0x7F | 0x01);
        return serial;
    }

    private void AddLeafExtensions(CertificateRequest request, TestCertificateOptions options)
    {
        var names = new SubjectAlternativeNameBuilder();
        foreach (var host in options.Hosts)
        {
            if (IPAddress.TryParse(host, out var address))
                names.AddIpAddress(address);
            else
                names.AddDnsName(host);
        }

        var purposes = new OidCollection();
        if (options.ForServer)
            purposes.Add(new Oid("1.3.6.1.5.5.7.3.1"));
        if (options.ForClient)
            purposes.Add(new Oid("1.3.6.1.5.5.7.3.2"));

        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(options.KeyUsage, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(purposes, false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(Certificate, true, false));
    }
}
