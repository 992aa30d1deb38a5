using System.Formats.Asn1;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SecureStreams.Interop.Tests.Tls;

/// <summary>Makes certificates of every kind that a client must not believe.</summary>
internal static class MatrixPki
{
    public const string ForServers = "1.3.6.1.5.5.7.3.1";
    public const string ForClients = "1.3.6.1.5.5.7.3.2";
    public const string ForOcsp = "1.3.6.1.5.5.7.3.9";

    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;

    /// <summary>What the clients of the matrix trust.</summary>
    public static X509Certificate2 Root { get; } = Make(null, Authority("CN=Root"));

    /// <summary>What they do not.</summary>
    public static X509Certificate2 OtherRoot { get; } = Make(null, Authority("CN=Other Root"));

    /// <summary>An RSA root, for what only RSA can sign.</summary>
    public static X509Certificate2 RsaRoot { get; } = Make(null, Authority("CN=RSA Root") with { RsaBits = 2048 });

    public static X509Certificate2 Good { get; } = Make(Root, new CertificateSpec());

    public static CertificateSpec Authority(string subject) => new()
    {
        Subject = subject, Dns = [], IsAuthority = true, Purposes = [], Usage = X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, From = -3000, Until = 3000,
    };

    /// <summary>Issues one.</summary>
    /// <param name="issuer">With its key; null for a certificate that signs itself.</param>
    /// <param name="spec">What it looks like.</param>
    /// <param name="pretendedIssuer">Whom it claims to be issued by; null for the truth.</param>
    public static X509Certificate2 Make(X509Certificate2? issuer, CertificateSpec spec, X509Certificate2? pretendedIssuer = null)
    {
        using AsymmetricAlgorithm key = spec.RsaBits > 0 ? RSA.Create(spec.RsaBits) : ECDsa.Create(spec.Curve);
        var request = key is RSA rsaKey
            ? new CertificateRequest(spec.Subject, rsaKey, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new CertificateRequest(spec.Subject, (ECDsa)key, HashAlgorithmName.SHA256);
        AddExtensions(request, spec, pretendedIssuer ?? issuer);
        var (from, until) = (Now.AddDays(spec.From), Now.AddDays(spec.Until));
        if (issuer is null)
            return request.CreateSelfSigned(from, until);

        using var signed = request.Create((pretendedIssuer ?? issuer).SubjectName, GeneratorOf(issuer, spec), from, until, SerialNumber());
        return key is RSA own ? signed.CopyWithPrivateKey(own) : signed.CopyWithPrivateKey((ECDsa)key);
    }

    /// <summary>The list of what an authority has revoked, as DER.</summary>
    public static byte[] Revocations(X509Certificate2 issuer, params X509Certificate2[] revoked)
    {
        var builder = new CertificateRevocationListBuilder();
        foreach (var one in revoked)
            builder.AddEntry(one, Now.AddDays(-1));
        return builder.Build(issuer, 1, Now.AddDays(30), HashAlgorithmName.SHA256, null, Now.AddDays(-2));
    }

    private static X509SignatureGenerator GeneratorOf(X509Certificate2 issuer, CertificateSpec spec)
    {
        AsymmetricAlgorithm key = (AsymmetricAlgorithm?)issuer.GetRSAPrivateKey() ?? issuer.GetECDsaPrivateKey()!;
        if (spec.WeakHash is { } hash)
            return new WeakGenerator(key, hash, spec.Pss);
        return key is RSA rsa ? X509SignatureGenerator.CreateForRSA(rsa, RSASignaturePadding.Pkcs1) : X509SignatureGenerator.CreateForECDsa((ECDsa)key);
    }

    private static void AddExtensions(CertificateRequest request, CertificateSpec spec, X509Certificate2? issuer)
    {
        if (spec.Dns.Length + spec.Ips.Length > 0)
        {
            var names = new SubjectAlternativeNameBuilder();
            foreach (var name in spec.Dns)
                names.AddDnsName(name);
            foreach (var address in spec.Ips)
                names.AddIpAddress(IPAddress.Parse(address));
            request.CertificateExtensions.Add(names.Build());
        }

        if (spec.IsAuthority is { } authority)
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(authority, spec.PathLength is not null, spec.PathLength ?? 0, true));
        if (spec.Usage is { } usage)
            request.CertificateExtensions.Add(new X509KeyUsageExtension(usage, true));
        if (spec.Purposes.Length > 0)
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([.. spec.Purposes.Select(static one => new Oid(one))], false));
        if (spec.PermittedDns is { } subtree)
            request.CertificateExtensions.Add(new X509Extension("2.5.29.30", NameConstraints(subtree), true));
        if (spec.CrlUrl is { } crl)
            request.CertificateExtensions.Add(CertificateRevocationListBuilder.BuildCrlDistributionPointExtension([crl]));
        if (spec.IssuerUrl is not null || spec.OcspUrl is not null)
            request.CertificateExtensions.Add(new X509AuthorityInformationAccessExtension(One(spec.OcspUrl), One(spec.IssuerUrl)));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        if (issuer?.Extensions.OfType<X509SubjectKeyIdentifierExtension>().FirstOrDefault() is { } above)
            request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromSubjectKeyIdentifier(above));
    }

    /// <summary>RFC 5280 section 4.2.1.10, with one permitted subtree.</summary>
    private static byte[] NameConstraints(string subtree)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0)))
        using (writer.PushSequence())
            writer.WriteCharacterString(UniversalTagNumber.IA5String, subtree, new Asn1Tag(TagClass.ContextSpecific, 2));
        return writer.Encode();
    }

    private static IEnumerable<string>? One(string? url) => url is null ? null : [url];

    private static byte[] SerialNumber()
    {
        var serial = RandomNumberGenerator.GetBytes(12);
        serial[0] = (byte)(serial[0] & 0x7F | 0x01);
        return serial;
    }
}
