using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using SecureStreams.TestSupport.Certificates;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;

namespace SecureStreams.Server.Tests.Tls;

/// <summary>Keys of a listener that the platform objects to in a way of its own.</summary>
public sealed class ServerKeyTests
{
    private const string WithBlobs = """
        "srv": { "server": true, "protocol": "raw", "endpoint": "127.0.0.1", "tls": true, "tls_cert_blob": "cert", "tls_key_blob": "key" }
        """;

    [Fact]
    public async Task A_key_beside_a_pkcs12_file_that_has_one_is_no_hindrance()
    {
        await using var bench = new ServerBench(WithBlobs);
        using var own = bench.Authority.Issue("localhost", "pkcs12");
        bench.Blobs.Write("cert", own.Certificate.Export(X509ContentType.Pfx));
        bench.Blobs.Write("key", Encoding.ASCII.GetBytes(own.KeyPem));
        await using var listener = bench.Echo();
        await ExpectAsync(bench, listener, "pkcs12");
    }

    [Fact]
    public async Task A_key_on_a_curve_that_nobody_knows_leaves_the_last_one_in_force()
    {
        await using var bench = new ServerBench(WithBlobs);
        using var own = bench.Authority.Issue("localhost", "good");
        bench.Blobs.Write("cert", Encoding.ASCII.GetBytes(own.ChainPem));
        bench.Blobs.Write("key", Encoding.ASCII.GetBytes(own.KeyPem));
        await using var listener = bench.Echo();
        await ExpectAsync(bench, listener, "good");

        byte[] nistP256 = [0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
        var key = Convert.FromBase64String(ServerBench.KeyOf(own));
        key[key.AsSpan().IndexOf(nistP256) + nistP256.Length - 1] = 0x7f;
        bench.Blobs.Write("key", key);
        await ExpectAsync(bench, listener, "good");
        Assert.Single(bench.Log.Entries, static one => one.ToString().Contains("its key is on a curve that this platform does not have", StringComparison.Ordinal) && one.ToString().Contains("goes on", StringComparison.Ordinal));
    }

    private static async Task ExpectAsync(ServerBench bench, SsListener listener, string name)
    {
        await using SslStream stream = await ServerBench.ConnectTlsAsync(listener, bench.Authority);
        Assert.Contains(name, string.Join(' ', ((X509Certificate2)stream.RemoteCertificate!).Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(static one => one.EnumerateDnsNames())), StringComparison.Ordinal);
        var bytes = DeterministicBytes.Make(100);
        await stream.WriteAsync(bytes, TestContext.Current.CancellationToken);
        var back = new byte[bytes.Length];
        await stream.ReadExactlyAsync(back, TestContext.Current.CancellationToken).AsTask().OrFail(static () => "No echo.");
        Assert.Equal(bytes, back);
    }
}
