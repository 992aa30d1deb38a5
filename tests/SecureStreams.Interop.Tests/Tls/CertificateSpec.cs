using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SecureStreams.Interop.Tests.Tls;

/// <summary>What a certificate of a test is to look like. Days are counted from now.</summary>
internal sealed record CertificateSpec
{
    public string Subject { get; init; } = "CN=leaf";

    public string[] Dns { get; init; } = ["localhost"];

    public string[] Ips { get; init; } = [];

    /// <summary>Whether it may issue; null for no statement.</summary>
    public bool? IsAuthority { get; init; } = false;

    public int? PathLength { get; init; }

    public string[] Purposes { get; init; } = [MatrixPki.ForServers];

    public X509KeyUsageFlags? Usage { get; init; }

    public int From { get; init; } = -30;

    public int Until { get; init; } = 300;

    /// <summary>0 for an elliptic curve.</summary>
    public int RsaBits { get; init; }

    /// <summary>Which curve, where it is one.</summary>
    public ECCurve Curve { get; init; } = ECCurve.NamedCurves.nistP256;

    /// <summary>The hash that its issuer signs over, SHA-1 or MD5; null for SHA-256.</summary>
    public HashAlgorithmName? WeakHash { get; init; }

    /// <summary>With RSASSA-PSS instead of PKCS#1; only with <see cref="WeakHash"/>.</summary>
    public bool Pss { get; init; }

    /// <summary>The one DNS subtree that it may issue for.</summary>
    public string? PermittedDns { get; init; }

    /// <summary>Where its issuer says what is revoked.</summary>
    public string? CrlUrl { get; init; }

    /// <summary>Where an OCSP responder can be asked.</summary>
    public string? OcspUrl { get; init; }

    /// <summary>Where its issuer's certificate can be had.</summary>
    public string? IssuerUrl { get; init; }
}
