using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace SecureStreams.Network.Identities;

/// <summary>
/// A loaded identity. Whoever uses it has a share; when the last share is given back, certificate and key are freed. Made with one share, that of its maker.
/// </summary>
internal sealed class ClientIdentity
{
    private readonly X509Certificate2 _certificate;
    private readonly X509Certificate2Collection _chain;
    private readonly Lock _lock = new();
    private int _shares = 1;

    public ClientIdentity(string stamp, X509Certificate2 certificate, X509Certificate2Collection chain)
    {
        Stamp = stamp;
        _certificate = certificate;
        _chain = chain;

        // Offline: what is shown is what is stored, nothing is fetched to complete it.
        Context = SslStreamCertificateContext.Create(certificate, chain, offline: true);
        NotBefore = certificate.NotBefore;
        NotAfter = certificate.NotAfter;
        Subject = CertificateText.Subject(certificate);
    }

    /// <summary>Stands for the content: equal for equal blobs within one context, and tells nothing of them.</summary>
    public string Stamp { get; }

    /// <summary>For the handshake, while the share is held.</summary>
    public SslStreamCertificateContext Context { get; }

    public DateTimeOffset NotBefore { get; }

    public DateTimeOffset NotAfter { get; }

    /// <summary>Who it says we are, for operators.</summary>
    public string Subject { get; }

    /// <summary>Takes a share.</summary>
    /// <returns>Whether there was one to take: not after the last was given back.</returns>
    public bool TryShare()
    {
        lock (_lock)
        {
            if (_shares == 0)
                return false;
            _shares++;
            return true;
        }
    }

    /// <summary>Gives a share back.</summary>
    public void Return()
    {
        lock (_lock)
        {
            if (--_shares > 0)
                return;
        }

        _certificate.Dispose();
        foreach (var one in _chain)
            one.Dispose();
    }

    /// <summary>Tells nothing of the key.</summary>
    public override string ToString() => Subject;
}
