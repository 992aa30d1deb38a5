using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using SecureStreams.Transports;

namespace SecureStreams.Network.Identities;

/// <summary>
/// The identities of a context, loaded from its blobs. Each handshake reads the blobs again and takes what they hold then; what is parsed is kept for as long as the content
/// stays the same, and freed when it changes.
/// </summary>
/// <remarks>Safe from any thread. Blobs are read under no lock of this object.</remarks>
internal sealed class ClientIdentities : IDisposable
{
    private readonly ISsBlobStore _blobs;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private readonly Dictionary<TlsIdentity, KnownIdentity> _known = [];
    private readonly byte[] _salt = RandomNumberGenerator.GetBytes(32);
    private readonly IDisposable _subscription;
    private long _changes;
    private bool _disposed;

    public ClientIdentities(ISsBlobStore blobs, TimeProvider time)
    {
        _blobs = blobs;
        _time = time;
        _subscription = blobs.Subscribe(_ => Interlocked.Increment(ref _changes)); // Whichever it was: the few there are are read again.
    }

    /// <summary>Those that were loaded, by the name of the certificate's blob, and until when they are valid; a copy, made now.</summary>
    public IReadOnlyList<(string Blob, DateTimeOffset NotAfter)> Known
    {
        get
        {
            lock (_lock)
                return [.. _known.Select(static one => (one.Key.CertificateBlob, one.Value.Identity.NotAfter))];
        }
    }

    /// <summary>
    /// The stamp of what the blobs hold, for telling connections apart: the one known, as long as the store tells of no change and nothing has expired, else read anew.
    /// What another process changes is seen at the next handshake.
    /// </summary>
    /// <returns>Why the identity cannot be used, or null.</returns>
    public TransportFailure? Current(TlsIdentity names, out string? stamp)
    {
        lock (_lock)
        {
            if (_known.TryGetValue(names, out var known) && IsFresh(known))
            {
                stamp = known.Identity.Stamp;
                return null;
            }
        }

        try
        {
            var identity = Load(names);
            stamp = identity.Stamp;
            identity.Return();
            return null;
        }
        catch (TransportException error)
        {
            stamp = null;
            return error.Failure;
        }
    }

    /// <summary>What the blobs hold now. The caller returns it after use.</summary>
    /// <exception cref="TransportException">They are not there, or no identity can be made of them; the failure says of which and why, and nothing of their content.</exception>
    public ClientIdentity Load(TlsIdentity names)
    {
        var changes = Volatile.Read(ref _changes);
        using var certificate = Read(names.CertificateBlob, names.Attribute);
        using var key = names.KeyBlob is null ? null : Read(names.KeyBlob, names.KeyAttribute);
        using var passphrase = names.PassphraseBlob is null ? null : Read(names.PassphraseBlob, "tls_key_passphrase_blob");
        var stamp = StampOf(certificate, key, passphrase);
        var expires = new[] { certificate.Expires, key?.Expires, passphrase?.Expires }.Min();

        ClientIdentity? identity = null;
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_known.TryGetValue(names, out var known) && known.Identity.Stamp == stamp && known.Identity.TryShare())
            {
                identity = known.Identity;
                _known[names] = new KnownIdentity(identity, changes, expires);
            }
        }

        identity ??= Keep(names, Parse(names, stamp, certificate, key, passphrase), changes, expires);
        var now = _time.GetUtcNow();
        if (now >= identity.NotBefore && now <= identity.NotAfter)
            return identity;

        var what = now < identity.NotBefore ? $"is not valid before {identity.NotBefore.UtcDateTime:u}" : $"has expired at {identity.NotAfter.UtcDateTime:u}";
        var failure = Unusable(names.Attribute, names.CertificateBlob, $"certificate {identity.Subject} {what}, and now is {now.UtcDateTime:u}; renew it, or set the clock right");
        identity.Return();
        throw failure;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        List<KnownIdentity> known;
        lock (_lock)
        {
            if (_disposed)
                return;
            _disposed = true;
            known = [.. _known.Values];
            _known.Clear();
        }

        _subscription.Dispose();
        foreach (var one in known)
            one.Identity.Return();
    }

    private static TransportException Unusable(string attribute, string blob, string problem, Exception? error = null) =>
        new(new TransportFailure(SsPhase.Policy, SsCauseCode.BlobUnusable, $"{attribute}: blob '{blob}' cannot be used for this side's certificate: {problem}.") { Attribute = attribute, Error = error });

    private static ClientIdentity Parse(TlsIdentity names, string stamp, SsBlob certificate, SsBlob? key, SsBlob? passphrase)
    {
        try
        {
            using var secret = PassphraseOf(names, passphrase);
            var own = IdentityReader.Read(names, certificate.Span, key is null ? default : key.Span, secret, out var chain);
            return new ClientIdentity(stamp, own, chain);
        }
        catch (IdentityException error)
        {
            throw Unusable(error.Attribute, error.Blob, error.Message, error.InnerException);
        }
        catch (Exception error) when (error is CryptographicException or InvalidOperationException or NotSupportedException)
        {
            throw Unusable(names.Attribute, names.CertificateBlob, "the platform cannot use it; store a certificate with an RSA key or one on an elliptic curve", error);
        }
    }

    private static SecretText? PassphraseOf(TlsIdentity names, SsBlob? passphrase)
    {
        try
        {
            return passphrase is null ? null : new SecretText(passphrase.Span);
        }
        catch (DecoderFallbackException error)
        {
            throw new IdentityException("tls_key_passphrase_blob", names.PassphraseBlob!, "it is not UTF-8 text; store the passphrase as text", error);
        }
    }

    private bool IsFresh(KnownIdentity known)
    {
        var now = _time.GetUtcNow();
        return known.Changes == Volatile.Read(ref _changes) && (known.Expires is not { } end || now < end) && now >= known.Identity.NotBefore && now <= known.Identity.NotAfter;
    }

    private SsBlob Read(string blob, string attribute)
    {
        if (blob.Length == 0)
        {
            throw new TransportException(new TransportFailure(SsPhase.Policy, SsCauseCode.BlobMissing, "tls_key_blob names a key, and nothing names its certificate; state tls_cert_blob too.")
            {
                Attribute = attribute,
                Permanent = true,
            });
        }

        try
        {
            return _blobs.Read(blob) ?? throw new TransportException(new TransportFailure(
                SsPhase.Policy, SsCauseCode.BlobMissing, $"{attribute} needs blob '{blob}' for this side's certificate, and it is not in the store or has expired; set it, and the next attempt takes it.") { Attribute = attribute });
        }
        catch (Exception error) when (error is SsBlobException or ArgumentException)
        {
            throw Unusable(attribute, blob, "the store does not give it", error);
        }
    }

    private ClientIdentity Keep(TlsIdentity names, ClientIdentity identity, long changes, DateTimeOffset? expires)
    {
        ClientIdentity? before = null;
        lock (_lock)
        {
            if (_disposed)
            {
                identity.Return();
                throw new ObjectDisposedException(GetType().FullName);
            }

            // Policies that are replaced again and again leave names behind; what is forgotten is read again.
            if (_known.Count >= NetworkDefaults.MaxIdentities && !_known.ContainsKey(names))
            {
                foreach (var one in _known.Values)
                    one.Identity.Return();
                _known.Clear();
            }

            if (_known.TryGetValue(names, out var known))
                before = known.Identity;
            identity.TryShare();
            _known[names] = new KnownIdentity(identity, changes, expires);
        }

        before?.Return();
        return identity;
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

    private sealed record KnownIdentity(ClientIdentity Identity, long Changes, DateTimeOffset? Expires);
}
