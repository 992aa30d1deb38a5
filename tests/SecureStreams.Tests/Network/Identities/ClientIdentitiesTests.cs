using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using SecureStreams.Network.Identities;
using SecureStreams.TestSupport.Time;
using SecureStreams.Transports;

namespace SecureStreams.Tests.Network.Identities;

/// <summary>Which identity is in force, and when it changes.</summary>
public sealed class ClientIdentitiesTests : IDisposable
{
    private static readonly TlsIdentity Names = new("own", null, null, "tls_cert_blob");

    private readonly ManualTimeProvider _time = new(TimeProvider.System.GetUtcNow());
    private readonly SsMemoryBlobStore _blobs;
    private readonly ClientIdentities _identities;

    public ClientIdentitiesTests()
    {
        _blobs = new SsMemoryBlobStore(_time);
        _identities = new ClientIdentities(_blobs, _time);
    }

    [Fact]
    public void Same_content_is_parsed_once()
    {
        Store("CN=one");
        var first = _identities.Load(Names);
        var second = _identities.Load(Names);
        Assert.Same(first, second);
        first.Return();
        second.Return();
    }

    [Fact]
    public void Changed_content_is_another_identity_at_once_and_the_old_one_is_freed_after_its_last_user()
    {
        Store("CN=one");
        var old = _identities.Load(Names);
        Store("CN=two");
        Assert.NotEqual(old.Stamp, Stamp());
        var current = _identities.Load(Names);
        Assert.Equal("'CN=two'", current.Subject);
        Assert.NotEqual(IntPtr.Zero, old.Context.TargetCertificate.Handle);
        old.Return();
        Assert.Throws<CryptographicException>(() => old.Context.TargetCertificate.RawData);
        Assert.False(old.TryShare());
        current.Return();
    }

    [Fact]
    public void Content_that_comes_back_is_the_same_identity_for_pools()
    {
        var text = Store("CN=one");
        var first = Stamp();
        Store("CN=two");
        Assert.NotEqual(first, Stamp());
        _blobs.Write("own", Encoding.UTF8.GetBytes(text));
        Assert.Equal(first, Stamp());
    }

    [Fact]
    public void Blob_that_expires_is_missing_from_that_moment()
    {
        Store("CN=one", _time.GetUtcNow().AddMinutes(5));
        Assert.NotNull(Stamp());
        _time.Advance(TimeSpan.FromMinutes(5));
        var failure = _identities.Current(Names, out var stamp);
        Assert.Equal((SsPhase.Policy, SsCauseCode.BlobMissing, "tls_cert_blob"), (failure!.Phase, failure.Code, failure.Attribute));
        Assert.Null(stamp);
        Assert.False(failure.Permanent);
    }

    [Fact]
    public void Certificate_that_expires_is_refused_from_that_moment()
    {
        Store("CN=one");
        Assert.NotNull(Stamp());
        _time.Advance(TimeSpan.FromDays(31));
        var failure = _identities.Current(Names, out _);
        Assert.Equal((SsPhase.Policy, SsCauseCode.BlobUnusable), (failure!.Phase, failure.Code));
        Assert.Contains("has expired", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Store_that_fails_says_so_and_is_asked_again()
    {
        using var identities = new ClientIdentities(new FailingStore(), _time);
        var failure = Assert.Throws<TransportException>(() => identities.Load(Names)).Failure;
        Assert.Equal((SsPhase.Policy, SsCauseCode.BlobUnusable, false), (failure.Phase, failure.Code, failure.Permanent));
    }

    [Fact]
    public void Nothing_of_the_secret_is_told()
    {
        _blobs.Write("own", "-----BEGIN CERTIFICATE-----\nhunter2\n-----END CERTIFICATE-----"u8);
        var failure = _identities.Current(Names, out _);
        Assert.DoesNotContain("hunter2", failure!.ToString(), StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _identities.Dispose();
        _blobs.Dispose();
    }

    private string? Stamp()
    {
        Assert.Null(_identities.Current(Names, out var stamp));
        return stamp;
    }

    private string Store(string subject, DateTimeOffset? expires = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest(subject, key, HashAlgorithmName.SHA256).CreateSelfSigned(_time.GetUtcNow().AddDays(-1), _time.GetUtcNow().AddDays(30));
        var text = certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem();
        _blobs.Write("own", Encoding.UTF8.GetBytes(text), expires);
        return text;
    }

    private sealed class FailingStore : ISsBlobStore
    {
        public SsBlob? Read(string name) => throw new SsBlobException("The disk is gone.");

        public void Write(string name, ReadOnlySpan<byte> value, DateTimeOffset? expires = null) => throw new NotSupportedException();

        public bool Remove(string name) => throw new NotSupportedException();

        public IReadOnlyList<string> ListNames() => [];

        public IDisposable Subscribe(Action<string> changed) => new MemoryStream();
    }
}
