using System.Security.Cryptography.X509Certificates;

namespace SecureStreams.TestSupport.Certificates;

/// <summary>What a leaf certificate is to look like.</summary>
public sealed record TestCertificateOptions
{
    /// <summary>Host names and IP addresses it is for; the first is also the common name.</summary>
    public required IReadOnlyList<string> Hosts { get; init; }

    /// <summary>From when it is valid; null for a year ago.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>Until when it is valid; null for nine years from now.</summary>
    public DateTimeOffset? NotAfter { get; init; }

    /// <summary>RSA-2048 instead of ECDSA P-256, which is made much faster.</summary>
    public bool UseRsa { get; init; }

    /// <summary>Whether it may be used by a client (true adds that purpose to that of a server).</summary>
    public bool ForClient { get; init; } = true;

    /// <summary>Whether it may be used by a server.</summary>
    public bool ForServer { get; init; } = true;

    /// <summary>The key usages it states.</summary>
    public X509KeyUsageFlags KeyUsage { get; init; } = X509KeyUsageFlags.DigitalSignature;
}
