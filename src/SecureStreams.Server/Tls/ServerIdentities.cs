using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using SecureStreams.Network.Identities;
using SecureStreams.Policy;
using SecureStreams.Transports;

namespace SecureStreams.Server.Tls;

/// <summary>
/// What one listener shows of itself. Each handshake reads where it is kept and takes what is there then; what is parsed is kept for as long as the content stays the same. While
/// certificate and key are being replaced one after the other, or when what is stored is broken, the last one that could be used goes on, and the operator is told once.
/// </summary>
/// <remarks>Safe from any thread. Nothing is read under a lock. One that has expired is shown all the same, with a warning: it is for clients to judge.</remarks>
internal sealed class ServerIdentities(string streamType, ISsBlobStore blobs, TimeProvider time, ILogger logger) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly byte[] _salt = RandomNumberGenerator.GetBytes(32);
    private ClientIdentity? _last;
    private string? _problem;
    private bool _disposed;

    /// <summary>What was last shown, and until when that is valid; null before the first time.</summary>
    public (string Subject, DateTimeOffset NotAfter)? Last
    {
        get
        {
            lock (_lock)
                return _last is { } last ? (last.Subject, last.NotAfter) : null;
        }
    }

    /// <summary>What is shown now. The caller returns it when the handshake is over.</summary>
    /// <exception cref="TransportException">There is none, and there never was one.</exception>
    /// <exception cref="ObjectDisposedException">The listener has ended.</exception>
    public ClientIdentity Take(StreamTypePolicy policy)
    {
        try
        {
            var identity = Load(policy);
            lock (_lock)
                _problem = null;
            return identity;
        }
        catch (TransportException error)
        {
            bool isNew;
            ClientIdentity last;
            lock (_lock)
            {
                if (_disposed || _last is null || !_last.TryShare())
                    throw;
                last = _last;
                isNew = _problem != error.Failure.Message;
                _problem = error.Failure.Message;
            }

            if (isNew)
                ServerLog.Warning(logger, streamType, $"{error.Failure.Message} The certificate before it, {last.Subject}, goes on.");
            return last;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        ClientIdentity? last;
        lock (_lock)
        {
            _disposed = true;
            (last, _last) = (_last, null);
        }

        last?.Return();
    }

    private ClientIdentity Load(StreamTypePolicy policy)
    {
        var certificateAt = ServerIdentitySource.Certificate(policy) ?? throw new TransportException(new TransportFailure(SsPhase.Policy, SsCauseCode.BlobMissing,
            "tls is set and there is no certificate to show; state server_cert and server_key, or tls_cert_blob and tls_key_blob.") { Attribute = "tls" });
        var keyAt = ServerIdentitySource.Key(policy);
        var passphraseAt = ServerIdentitySource.Passphrase(policy);
        using var certificate = certificateAt.Read(blobs);
        using var key = keyAt?.Read(blobs);
        using var passphrase = passphraseAt?.Read(blobs);
        var stamp = StampOf(certificate, key, passphrase);
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_last is { } last && last.Stamp == stamp && last.TryShare())
                return last;
        }

        var identity = Parse(stamp, certificateAt, keyAt, passphraseAt, certificate, key, passphrase);
        ClientIdentity? before;
        lock (_lock)
        {
            if (_disposed)
            {
                identity.Return();
                throw new ObjectDisposedException(GetType().FullName);
            }

            before = _last;
            _last = identity;
            identity.TryShare();
        }

        before?.Return();
        ServerLog.CertificateInUse(logger, streamType, identity.Subject, identity.NotAfter);
        if (time.GetUtcNow() is var now && (now > identity.NotAfter || now < identity.NotBefore))
            ServerLog.Warning(logger, streamType, $"its certificate {identity.Subject} is valid from {identity.NotBefore.UtcDateTime:u} to {identity.NotAfter.UtcDateTime:u}, which clients will refuse now; renew it, or set the clock right");
        return identity;
    }

    private static ClientIdentity Parse(
        string stamp, ServerIdentitySource certificateAt, ServerIdentitySource? keyAt, ServerIdentitySource? passphraseAt, SsBlob certificate, SsBlob? key, SsBlob? passphrase)
    {
        var names = new TlsIdentity(certificateAt.Text, keyAt?.Text, passphraseAt?.Text, certificateAt.Attribute);
        try
        {
            using var secret = passphrase is null ? null : new SecretText(passphrase.Span);
            var own = IdentityReader.Read(names, certificate.Span, key is null ? default : key.Span, secret, out var chain);
            return new ClientIdentity(stamp, own, chain);
        }
        catch (IdentityException error)
        {
            // It says which of the three by its name, whose attribute is known here.
            var at = error.Blob == keyAt?.Text ? keyAt : error.Blob == passphraseAt?.Text ? passphraseAt : certificateAt;
            throw at.Unusable(error.Message, error.InnerException);
        }
        catch (DecoderFallbackException error)
        {
            throw passphraseAt!.Unusable("it is not UTF-8 text; store the passphrase as text", error);
        }
        catch (Exception error) when (error is CryptographicException or InvalidOperationException or NotSupportedException)
        {
            throw certificateAt.Unusable("the platform cannot use it; take a certificate with an RSA key or one on an elliptic curve", error);
        }
    }

    private string StampOf(SsBlob certificate, SsBlob? key, SsBlob? passphrase)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _salt);
        Span<byte> length = stackalloc byte[4];
        foreach (var blob in (ReadOnlySpan<SsBlob?>)[certificate, key, passphrase])
        {
            BinaryPrimitives.WriteInt32BigEndian(length, blob?.Span.Length ?? -1);
            hash.AppendData(length);
            if (blob is not null)
                hash.AppendData(blob.Span);
        }

        return Convert.ToHexString(hash.GetHashAndReset());
    }
}
