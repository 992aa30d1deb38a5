using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SecureStreams.Interop.Tests.Peers;
using SecureStreams.TestSupport.Certificates;
using SecureStreams.TestSupport.Handlers;

namespace SecureStreams.Interop.Tests.Nginx;

/// <summary>That the fixture is what the stream tests take it for, told by the platform's own client.</summary>
public class NginxFixtureTests(NginxFixture fixture)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("http")]
    [InlineData("https")]
    [InlineData("h2")]
    public async Task Serves_a_large_file_and_takes_uploads(string protocol)
    {
        var server = fixture.Server;
        var (client, root, port) = Reach(server, protocol);
        using var owned = client;
        var file = await client.GetByteArrayAsync($"{root}/static/ten-mib.bin", Cancellation);
        Assert.Equal(NginxServer.FileLength, file.Length);
        Assert.Equal(NginxServer.FileSha256, Convert.ToHexStringLower(SHA256.HashData(file)));

        var name = $"put-{protocol}-{Guid.NewGuid():N}";
        using var body = new ByteArrayContent(DeterministicBytes.Make(300_000, 9));
        using var put = await client.PutAsync($"{root}/upload/{name}", body, Cancellation);
        Assert.Equal(HttpStatusCode.Created, put.StatusCode);
        Assert.Equal(DeterministicBytes.Sha256(300_000, 9), await server.UploadSha256Async(name));

        using var post = new ByteArrayContent(DeterministicBytes.Make(300_000, 9));
        using var echoed = await client.PostAsync($"{root}/app/echo", post, Cancellation);
        Assert.Equal(DeterministicBytes.Make(300_000, 9), await echoed.Content.ReadAsByteArrayAsync(Cancellation));

        var line = await server.WaitForLogAsync(one => one.Port == port && one.Request.Contains(name, StringComparison.Ordinal));
        Assert.Equal(201, line.Status);
        Assert.True(line.RequestLength > 300_000, $"{line}");
        Assert.Equal(protocol == "h2" ? "HTTP/2.0" : "HTTP/1.1", line.Protocol);
        Assert.Equal(protocol == "http" ? "-" : "TLSv1.3", line.TlsVersion);
    }

    [Theory]
    [InlineData("http")]
    [InlineData("h2")]
    public async Task Answers_as_the_locations_say(string protocol)
    {
        var (client, root, _) = Reach(fixture.Server, protocol);
        using var owned = client;
        Assert.Equal((404, null), await StatusAsync("/missing"));
        Assert.Equal((204, null), await StatusAsync("/nocontent"));
        Assert.Equal((301, $"{root}/target"), await StatusAsync("/moved"));
        Assert.Equal((302, $"{root}/loop"), await StatusAsync("/loop"));
        Assert.Equal((503, null), await StatusAsync("/busy"));
        Assert.Equal("target\n", await client.GetStringAsync($"{root}/target", Cancellation));
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync($"{root}/reset", Cancellation));

        async Task<(int Status, string? Location)> StatusAsync(string path)
        {
            using var response = await client.GetAsync(root + path, Cancellation);
            return ((int)response.StatusCode, response.Headers.Location?.OriginalString);
        }
    }

    [Theory]
    [InlineData(nameof(NginxPorts.OtherAuthority))]
    [InlineData(nameof(NginxPorts.Expired))]
    [InlineData(nameof(NginxPorts.WrongHost))]
    public async Task A_refused_certificate_lets_no_request_through(string port)
    {
        var server = fixture.Server;
        var number = (int)typeof(NginxPorts).GetProperty(port)!.GetValue(server.Ports)!;
        using var client = Client(HttpVersion.Version20);
        var error = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetStringAsync($"https://localhost:{number}/target", Cancellation));
        Assert.IsType<AuthenticationException>(error.InnerException);

        // One worker does one thing after another: once a later request is logged, an earlier one would be.
        var marker = $"/marker-{Guid.NewGuid():N}";
        using var later = await client.GetAsync($"https://localhost:{server.Ports.H2}{marker}", Cancellation);
        await server.WaitForLogAsync(line => line.Request.Contains(marker, StringComparison.Ordinal));
        Assert.DoesNotContain(server.AccessLog, line => line.Port == number);
    }

    [Fact]
    public async Task A_chain_with_an_intermediate_is_sent_whole()
    {
        using var client = Client(HttpVersion.Version20);
        Assert.Equal("target\n", await client.GetStringAsync($"https://localhost:{fixture.Server.Ports.Chained}/target", Cancellation));
    }

    [Fact]
    public async Task A_client_certificate_is_demanded_where_it_says_so()
    {
        var root = $"https://localhost:{fixture.Server.Ports.ClientCertificate}";
        using var without = Client(HttpVersion.Version11);
        using var refused = await without.GetAsync($"{root}/target", Cancellation);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        using var with = Client(HttpVersion.Version11, TestCertificates.Client.Certificate);
        Assert.Equal("target\n", await with.GetStringAsync($"{root}/target", Cancellation));
    }

    [Fact]
    public async Task A_killed_worker_cuts_a_transfer_and_another_serves_on()
    {
        // A server of its own: the kill would hit the transfers of other tests.
        _ = fixture.Server;
        await using var server = await NginxServer.StartAsync(Peer.Find("nginx")!, fixture.Upstream.HttpPort);
        using var client = Client(HttpVersion.Version11);
        var root = $"http://127.0.0.1:{server.Ports.Http}";
        using var response = await client.GetAsync($"{root}/slow/ten-mib.bin", HttpCompletionOption.ResponseHeadersRead, Cancellation);
        await using var body = await response.Content.ReadAsStreamAsync(Cancellation);
        await body.ReadExactlyAsync(new byte[1000], Cancellation);
        await server.KillWorkerAsync();
        await Assert.ThrowsAnyAsync<IOException>(() => body.CopyToAsync(Stream.Null, Cancellation));
        Assert.Equal("target\n", await client.GetStringAsync($"{root}/target", Cancellation));
    }

    private static (HttpClient Client, string Root, int Port) Reach(NginxServer server, string protocol) => protocol switch
    {
        "http" => (Client(HttpVersion.Version11), $"http://127.0.0.1:{server.Ports.Http}", server.Ports.Http),
        "https" => (Client(HttpVersion.Version11), $"https://localhost:{server.Ports.Https}", server.Ports.Https),
        _ => (Client(HttpVersion.Version20), $"https://localhost:{server.Ports.H2}", server.Ports.H2),
    };

    private static HttpClient Client(Version version, X509Certificate2? identity = null)
    {
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false };
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(TestCertificates.Authority.Certificate);
        handler.SslOptions.CertificateChainPolicy = policy;
        if (identity is not null)
            handler.SslOptions.ClientCertificates = [identity];
        return new HttpClient(handler) { DefaultRequestVersion = version, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
    }
}
