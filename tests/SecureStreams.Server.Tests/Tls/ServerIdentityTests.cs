using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using SecureStreams.TestSupport.Certificates;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.TestSupport.Time;

namespace SecureStreams.Server.Tests.Tls;

/// <summary>What a listener shows of itself: from the policy and from blobs, encrypted or not, and replaced while it serves.</summary>
public sealed class ServerIdentityTests
{
    private const string WithBlobs = """
        "srv": { "server": true, "protocol": "raw", "endpoint": "127.0.0.1", "tls": true, "tls_cert_blob": "cert", "tls_key_blob": "key", "tls_key_passphrase_blob": "pass" }
        """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task New_handshakes_see_a_replaced_certificate_and_connections_that_stand_stay()
    {
        await using var bench = new ServerBench(WithBlobs);
        bench.Blobs.Write("pass", "secret"u8);
        Store(bench, bench.Keep(bench.Authority.Issue("localhost", "generation-0")));
        await using var listener = bench.Echo();
        var live = new List<SslStream>();
        for (var generation = 0; generation < 20; generation++)
        {
            if (generation > 0)
                Store(bench, bench.Keep(bench.Authority.Issue("localhost", $"generation-{generation}")));
            live.Add(await ServerBench.ConnectTlsAsync(listener, bench.Authority));
            Assert.Contains($"generation-{generation}", NamesOf(live[^1]), StringComparison.Ordinal);
        }

        foreach (var stream in live)
        {
            await EchoAsync(stream);
            await stream.DisposeAsync();
        }
    }

    [Fact]
    public async Task Every_handshake_during_replacement_sees_a_whole_identity_and_nobody_is_dropped()
    {
        await using var bench = new ServerBench(WithBlobs);
        bench.Blobs.Write("pass", "secret"u8);
        Store(bench, bench.Keep(bench.Authority.Issue("localhost", "generation-0")));
        await using var listener = bench.Echo();
        var live = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => ServerBench.ConnectTlsAsync(listener, bench.Authority)));
        using var stop = new CancellationTokenSource();
        var churning = Enumerable.Range(0, 4).Select(_ => Task.Run(() => ChurnAsync(stop.Token), Token)).ToList();
        for (var generation = 1; generation <= 50; generation++)
        {
            Store(bench, bench.Keep(bench.Authority.Issue("localhost", $"generation-{generation}")));
            await using var next = await ServerBench.ConnectTlsAsync(listener, bench.Authority);
            Assert.Contains($"generation-{generation}", NamesOf(next), StringComparison.Ordinal);
        }

        await stop.CancelAsync();
        Assert.All(await Task.WhenAll(churning), static count => Assert.True(count > 0));
        foreach (var stream in live)
        {
            await EchoAsync(stream);
            await stream.DisposeAsync();
        }

        async Task<int> ChurnAsync(CancellationToken over)
        {
            var count = 0;
            for (; !over.IsCancellationRequested; count++)
            {
                await using var stream = await ServerBench.ConnectTlsAsync(listener, bench.Authority);
                await EchoAsync(stream);
            }

            return count;
        }
    }

    [Fact]
    public async Task What_cannot_be_used_leaves_the_last_one_in_force_and_is_told_once()
    {
        await using var bench = new ServerBench(WithBlobs);
        bench.Blobs.Write("pass", "secret"u8);
        Store(bench, bench.Keep(bench.Authority.Issue("localhost", "good")));
        await using var listener = bench.Echo();
        await ExpectAsync("good");

        // The certificate first: for a moment it has another's key.
        using var next = bench.Authority.Issue("localhost", "next");
        bench.Blobs.Write("cert", Encoding.ASCII.GetBytes(next.ChainPem));
        await ExpectAsync("good");
        await ExpectAsync("good");
        Assert.Single(bench.Log.Entries, static one => one.ToString().Contains("the key is not that of the certificate", StringComparison.Ordinal) && one.ToString().Contains("goes on", StringComparison.Ordinal));
        Store(bench, next);
        await ExpectAsync("next");
        bench.Blobs.Write("cert", "nonsense"u8);
        await ExpectAsync("next");
        bench.Blobs.Remove("key");
        await ExpectAsync("next");
        Assert.DoesNotContain(bench.Log.Entries, static one => one.ToString().Contains("secret", StringComparison.Ordinal));

        async Task ExpectAsync(string name)
        {
            await using var stream = await ServerBench.ConnectTlsAsync(listener, bench.Authority);
            Assert.Contains(name, NamesOf(stream), StringComparison.Ordinal);
            await EchoAsync(stream);
        }
    }

    [Fact]
    public async Task A_changed_policy_shows_its_certificate_to_new_connections()
    {
        await using var bench = new ServerBench($$"""
            "srv": { "server": true, "protocol": "raw", "endpoint": "127.0.0.1", {{ServerBench.Tls}} }
            """);
        using var other = bench.Authority.Issue("localhost", "other");
        await using var listener = bench.Echo();
        await using var before = await ServerBench.ConnectTlsAsync(listener, bench.Authority);
        bench.Context.ApplyOverlay($$"""
            { "certs": [{ "new": "{{other.Base64Der}}" }, { "newkey": "{{ServerBench.KeyOf(other)}}" }], "s": [{ "srv": { "server_cert": "new", "server_key": "newkey" } }] }
            """);
        await using var after = await ServerBench.ConnectTlsAsync(listener, bench.Authority);
        Assert.Contains("other", NamesOf(after), StringComparison.Ordinal);
        await EchoAsync(before);
    }

    [Theory]
    [InlineData("no cert", "tls_cert_blob needs blob 'cert' for the listener's certificate")]
    [InlineData("no key", "tls_key_blob needs blob 'key'")]
    [InlineData("other key", "the key is not that of the certificate")]
    [InlineData("wrong passphrase", "the key cannot be decrypted with it")]
    public async Task Without_a_usable_certificate_there_is_no_listener_and_the_reason_names_the_part(string what, string problem)
    {
        await using var bench = new ServerBench(WithBlobs);
        using var other = bench.Authority.Issue("other");
        bench.Blobs.Write("pass", "secret"u8);
        Store(bench, bench.Certificate);
        switch (what)
        {
            case "no cert":
                bench.Blobs.Remove("cert");
                break;
            case "no key":
                bench.Blobs.Remove("key");
                break;
            case "other key":
                bench.Blobs.Write("key", Encoding.ASCII.GetBytes(other.KeyPem));
                break;
            default:
                bench.Blobs.Write("pass", "guess"u8);
                break;
        }

        var error = Assert.Throws<SsPolicyException>(() => bench.Listen());
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
        Assert.Contains("policy(", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_encrypted_key_may_stand_in_the_policy_too()
    {
        using var authority = TestAuthority.Create();
        using var certificate = authority.Issue("localhost");
        var key = Convert.ToBase64String(certificate.Certificate.GetECDsaPrivateKey()!.ExportEncryptedPkcs8PrivateKey("secret", new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000)));
        await using var bench = new ServerBench("""
            "srv": { "server": true, "protocol": "raw", "endpoint": "127.0.0.1", "tls": true, "server_cert": "c", "server_key": "k", "tls_key_passphrase_blob": "pass" }
            """, more: $"{{ \"c\": \"{certificate.Base64Der}\" }}, {{ \"k\": \"{key}\" }}");
        bench.Blobs.Write("pass", "secret\n"u8);
        await using var listener = bench.Echo();
        await using var stream = await ServerBench.ConnectTlsAsync(listener, authority);
        await EchoAsync(stream);
    }

    [Fact]
    public async Task A_client_that_does_not_finish_its_handshake_is_ended_at_the_bound()
    {
        var clock = new ManualTimeProvider();
        await using var bench = new ServerBench($$"""
            "srv": { "server": true, "protocol": "raw", "endpoint": "127.0.0.1", {{ServerBench.Tls}}, "unauthenticated_timeout_ms": 3000 }
            """, clock);
        await using var listener = bench.Listen();
        using var socket = await ServerBench.ConnectAsync(listener);
        var handler = await bench.AcceptedAsync();
        await clock.WaitForArmedExactlyAsync(TimeSpan.FromSeconds(3));
        clock.Advance(TimeSpan.FromSeconds(3));
        await handler.WaitForStateAsync(SsState.Destroying);
        Assert.Equal("Creating Connecting Destroying", handler.Story);
        Assert.Equal(SsCauseCode.ConnectTimeout, handler.CauseOf(SsState.Destroying).Code);
        Assert.Equal(0, await socket.ReceiveAsync(new byte[1]).OrFail(static () => "It is not closed."));
    }

    [Fact]
    public async Task One_port_takes_tls_and_plain_told_apart_by_their_first_byte()
    {
        await using var bench = new ServerBench($$"""
            "srv": { "server": true, "protocol": "raw", "endpoint": "127.0.0.1", {{ServerBench.Tls}}, "sniff_protocol": true, "metadata": [{ "v": "" }], "metadata_from_connection": [{ "v": "tls_version" }] }
            """);
        await using var listener = bench.Context.CreateListener("srv", stream =>
        {
            bench.Streams.Enqueue(stream);
            return new EchoHandler();
        });
        await using var secured = await ServerBench.ConnectTlsAsync(listener, bench.Authority);
        await EchoAsync(secured);
        await using var plain = new NetworkStream(await ServerBench.ConnectAsync(listener), ownsSocket: true);
        await EchoAsync(plain);
        Assert.Equal(["1.3", null], bench.Streams.Select(static one => one.GetMetadata("v")));
    }

    private static void Store(ServerBench bench, TestCertificate certificate)
    {
        // The key is encrypted; between the two writes the store holds what does not belong together.
        var key = certificate.Certificate.GetECDsaPrivateKey()!.ExportEncryptedPkcs8PrivateKeyPem("secret", new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 100));
        bench.Blobs.Write("key", Encoding.ASCII.GetBytes(key));
        bench.Blobs.Write("cert", Encoding.ASCII.GetBytes(certificate.ChainPem));
    }

    private static string NamesOf(SslStream stream) =>
        string.Join(' ', ((X509Certificate2)stream.RemoteCertificate!).Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(static one => one.EnumerateDnsNames()));

    private static async Task EchoAsync(Stream stream)
    {
        var bytes = DeterministicBytes.Make(1000);
        await stream.WriteAsync(bytes, Token);
        var back = new byte[bytes.Length];
        await stream.ReadExactlyAsync(back, Token).AsTask().OrFail(static () => "No echo.");
        Assert.Equal(bytes, back);
    }
}
