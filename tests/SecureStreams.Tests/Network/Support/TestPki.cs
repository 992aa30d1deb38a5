using System.Collections.Immutable;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SecureStreams.Policy;

namespace SecureStreams.Tests.Network.Support;

/// <summary>Certificates of every kind a dial can meet, made once.</summary>
internal static class TestPki
{
    private const string ServerPurpose = "1.3.6.1.5.5.7.3.1";
    private const string ClientPurpose = "1.3.6.1.5.5.7.3.2";
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();
    private static int _serial;

    public static X509Certificate2 Root { get; } = Authority("CN=Root", null);

    public static X509Certificate2 OtherRoot { get; } = Authority("CN=Other Root", null);

    public static X509Certificate2 Intermediate { get; } = Authority("CN=Intermediate", Root);

    /// <summary>Names itself like <see cref="Intermediate"/> and claims its key identifier, but has another key.</summary>
    public static X509Certificate2 ForgedIntermediate { get; } = Authority("CN=Intermediate", OtherRoot, claimedKey: Intermediate);

    public static X509Certificate2 Good { get; } = Leaf(Root);

    public static X509Certificate2 FromIntermediate { get; } = Leaf(Intermediate);

    public static X509Certificate2 ForResumption { get; } = Leaf(Intermediate, host: "resumed.test");

    public static X509Certificate2 FromForgedIntermediate { get; } = Leaf(ForgedIntermediate, issuerKeyIdentifier: Intermediate);

    public static X509Certificate2 FromOtherRoot { get; } = Leaf(OtherRoot);

    public static X509Certificate2 Expired { get; } = Leaf(Root, from: -20, until: -10);

    public static X509Certificate2 NotYetValid { get; } = Leaf(Root, from: 10, until: 20);

    public static X509Certificate2 WrongHost { get; } = Leaf(Root, host: "elsewhere.test");

    public static X509Certificate2 ForClients { get; } = Leaf(Root, purpose: ClientPurpose);

    public static X509Certificate2 SelfSigned { get; } = Leaf(null);

    public static X509Certificate2 ExpiredWrongHostOtherRoot { get; } = Leaf(OtherRoot, host: "elsewhere.test", from: -20, until: -10);

    /// <summary>A sound one from the intermediate, for another host.</summary>
    public static X509Certificate2 For(string host) => Leaf(Intermediate, host: host);

    public static TrustStorePolicy Store(params X509Certificate2[] members) => new()
    {
        Name = "store",
        Certificates = [.. members.Select(static (one, i) => new CertificatePolicy { Name = $"member{i}", Der = [.. one.RawData], Problem = null })],
    };

    public static CertificatePolicy Elided(string name) => new() { Name = name, Der = ImmutableArray<byte>.Empty, Problem = "elided with ..." };

    private static X509Certificate2 Authority(string subject, X509Certificate2? issuer, X509Certificate2? claimedKey = null)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        request.CertificateExtensions.Add(claimedKey is null
            ? new X509SubjectKeyIdentifierExtension(request.PublicKey, false)
            : claimedKey.Extensions.OfType<X509SubjectKeyIdentifierExtension>().Single());
        if (issuer is not null)
            request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(issuer, true, false));
        return Sign(request, key, issuer, Now.AddDays(-3650), Now.AddDays(3650));
    }

    private static X509Certificate2 Leaf(
        X509Certificate2? issuer, string host = "localhost", int from = -30, int until = 30, string purpose = ServerPurpose, X509Certificate2? issuerKeyIdentifier = null)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=leaf", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(host);
        if (host == "localhost")
            names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(purpose)], false));
        if ((issuerKeyIdentifier ?? issuer) is { } above)
            request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(above, true, false));
        return Sign(request, key, issuer, Now.AddDays(from), Now.AddDays(until));
    }

    private static X509Certificate2 Sign(CertificateRequest request, ECDsa key, X509Certificate2? issuer, DateTimeOffset from, DateTimeOffset until)
    {
        if (issuer is null)
            return request.CreateSelfSigned(from, until);
        byte[] serial = [1, (byte)Interlocked.Increment(ref _serial)];
        using var signed = request.Create(issuer.SubjectName, X509SignatureGenerator.CreateForECDsa(issuer.GetECDsaPrivateKey()!), from, until, serial);
        return signed.CopyWithPrivateKey(key);
    }
}
