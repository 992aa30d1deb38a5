using System.Text;
using SecureStreams.Policy;
using SecureStreams.TestSupport.Certificates;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.TestSupport.Repository;
using SecureStreams.TestSupport.Servers;
using SecureStreams.Tests.Integration;
using Xunit;

namespace SecureStreams.Tests.Transports.Http.Signing;

/// <summary>Streams and HttpClients whose policy has their requests signed.</summary>
public sealed class SignedStreamTests
{
    private const string Id = "AKIDEXAMPLE";
    private const string Secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

    private readonly SigningPeer _peer = new(Id, Secret);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>The policy holds what lws's example for S3 holds; an overlay says where the server is and whom to trust.</summary>
    [Fact]
    public async Task A_policy_for_lws_puts_its_object()
    {
        await using var host = await StartAsync();
        using var log = new TestLog();
        var overlay = $$"""
            {
              "certs": [{ "loopback_root": "{{TestCertificates.Authority.Base64Der}}" }], "trust_stores": [{ "name": "loopback", "stack": ["loopback_root"] }],
              "s": [{ "putObj": { "endpoint": "127.0.0.1", "port": {{host.HttpsPort}}, "tls_trust_store": "loopback" } }]
            }
            """;
        await using var context = SsContext.FromFile(
            RepoPaths.Combine("tests/SecureStreams.Policy.Tests/Fixtures/lws-object-store.json"), new SsContextOptions { LoggerFactory = log, Overlays = [PolicyDocument.FromJson(overlay, "loopback")] });
        context.Blobs.WriteAwsCredentials(SsBlobNames.ExtendedAuth(0), Id, Secret);
        var body = Encoding.UTF8.GetBytes("the object");
        var handler = new RecordingHandler().OnTransmitDo((SecureStream _, scoped ref SsTransmit tx) =>
        {
            body.CopyTo(tx.Buffer);
            tx.Commit(body.Length, SsTxFlags.WholeMessage);
            return SsTransmitResult.Send;
        });
        var options = new SsStreamOptions();
        foreach (var (name, value) in new[]
        {
            ("region", "us-east-1"), ("service", "s3"), ("bucket", "demo"), ("objname", "photos/ä b.jpg"), ("version", "1+1"), ("ctype", "image/jpeg"),
            ("xcsha256", Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(body))), ("acl", "bucket-owner-full-control"), ("agent", "camera/1"),
        })
            options.Metadata[name] = value;
        await using var stream = context.Create("putObj", handler, options);
        stream.RequestTransmit(body.Length);
        await handler.WaitForStateAsync(SsState.Disconnected);
        Assert.Equal($"PUT /photos%2F%C3%A4%20b.jpg?v=1%2B1 10 {options.Metadata["xcsha256"]}", handler.ReceivedText);
        Assert.Contains(SsState.QosAckRemote, handler.States);
        handler.AssertClean();
        log.AssertClean();
    }

    [Theory]
    [InlineData("h1s")]
    [InlineData("h2")]
    public async Task An_HttpClient_signs_its_requests(string kind)
    {
        await using var host = await StartAsync();
        var attributes = ClientBench.Attributes(host, kind, "\"http_url\": \"obj\", \"use_auth\": \"cloud\", \"aws_region\": \"region\", \"aws_service\": \"service\", \"metadata\": [{ \"region\": \"\" }, { \"service\": \"\" }]");
        await using var bench = new ClientBench(attributes, document: "\"auth\": [{ \"name\": \"cloud\", \"type\": \"sigv4\", \"blob_name\": \"cloud-key\" }],");
        using var client = bench.Context.CreateHttpClient("api", new Dictionary<string, string> { ["region"] = "eu-west-1", ["service"] = "execute-api" });

        var error = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetStringAsync("a", Token));
        Assert.Equal(SsCauseCode.BlobMissing, bench.CauseOf(error).Cause.Code);

        bench.Context.Blobs.WriteAwsCredentials("cloud-key", Id, Secret);
        Assert.StartsWith("GET /obj/a%20b?q=%C3%BC&p=1 0 e3b0c442", await client.GetStringAsync("a b?q=ü&p=1", Token), StringComparison.Ordinal);
        using var content = new StringContent("body", Encoding.UTF8, "text/plain");
        using var response = await client.PutAsync("c", content, Token);
        Assert.Equal("PUT /obj/c 4 UNSIGNED-PAYLOAD", await response.Content.ReadAsStringAsync(Token));
        using var empty = new ByteArrayContent([]);
        using var second = await client.PostAsync("d", empty, Token);
        Assert.StartsWith("POST /obj/d 0 e3b0c442", await second.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "secret", null)]
    [InlineData("AK ID", "secret", null)]
    [InlineData("AK/ID", "secret", null)]
    [InlineData("AKID", "", null)]
    [InlineData("AKID", "geheim\n", null)]
    [InlineData("AKID", "secret", "")]
    [InlineData("AKID", "secret", "geheim ü")]
    public void Credentials_that_are_none_are_not_stored_and_not_told(string id, string secret, string? token)
    {
        using var store = new SsMemoryBlobStore();
        var error = Assert.Throws<ArgumentException>(() => store.WriteAwsCredentials("EXT_AUTH1", id, secret, token));
        Assert.DoesNotContain("geheim", error.ToString(), StringComparison.Ordinal);
        Assert.Empty(store.ListNames());
    }

    private Task<KestrelTestHost> StartAsync() => KestrelTestHost.StartAsync(new KestrelTestHostOptions { Otherwise = _peer.AnswerAsync });
}
