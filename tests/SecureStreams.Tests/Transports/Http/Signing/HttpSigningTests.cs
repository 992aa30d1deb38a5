using System.Text;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.TestSupport.Servers;
using SecureStreams.Transports.Http;
using SecureStreams.Transports.WebSocket;
using Xunit;

namespace SecureStreams.Tests.Transports.Http.Signing;

/// <summary>Requests that are signed, looked at by a peer that works out the signature by itself.</summary>
public sealed class HttpSigningTests
{
    private const string Id = "AKIDEXAMPLE";
    private const string Secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    private const string Empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    private const string Signs = """
        "use_auth": "cloud", "aws_region": "region", "aws_service": "service",
        "metadata": [{ "region": "" }, { "service": "" }, { "key": "" }, { "hash": "x-amz-content-sha256:" }, { "date": "X-Amz-Date:" }, { "note": "X-Amz-Meta-Note:" },
                     { "type": "content-type:" }, { "host": "host:" }, { "own": "authorization:" }]
        """;

    private readonly SigningPeer _peer = new(Id, Secret);

    [Theory]
    [InlineData("h1", "s3")]
    [InlineData("h1s", "s3")]
    [InlineData("h2", "s3")]
    [InlineData("h2c", "s3")]
    [InlineData("h1", "execute-api")]
    [InlineData("h2", "execute-api")]
    public async Task A_get_with_a_query_and_a_path_of_all_kinds_of_characters_is_signed(string kind, string service)
    {
        await using var host = await StartAsync();
        await using var bench = Bench();
        var policy = HttpBench.Policy(host, kind, "/obj/a b/ü(1)/${key}?prefix=${key}&b=2&a=%7e&empty&b=10&A=x+y", more: Signs);
        var (run, failure) = await bench.RunAsync(policy, run => run.With("region", "eu-west-1").With("service", service).With("key", "photos/x y'*!ß漢.jpg").With("note", "two  spaces, grüße"));
        Assert.Null(failure);
        Assert.Null(run.Refusal?.PeerText);
        Assert.Equal(
            "GET /obj/a%20b/%C3%BC(1)/photos%2Fx%20y%27%2A%21%C3%9F%E6%BC%A2.jpg?prefix=photos%2Fx%20y%27%2A%21%C3%9F%E6%BC%A2.jpg&b=2&a=%7e&empty&b=10&A=x+y 0 " + Empty, run.ReceivedText);
    }

    [Theory]
    [InlineData("h1s", true)]
    [InlineData("h1s", false)]
    [InlineData("h2", true)]
    [InlineData("h2", false)]
    public async Task A_put_over_tls_is_signed_without_its_body(string kind, bool announced)
    {
        await using var host = await StartAsync();
        await using var bench = Bench();
        var (run, failure) = await bench.RunAsync(
            HttpBench.Policy(host, kind, "/obj/1", "PUT", Signs), run => Scope(run, 5000).With("type", "text/plain; charset=utf-8"), announced ? 5000 : null);
        Assert.Null(failure);
        Assert.Null(run.Refusal?.PeerText);
        Assert.Equal("PUT /obj/1 5000 UNSIGNED-PAYLOAD", run.ReceivedText);
    }

    [Fact]
    public async Task The_hash_that_the_application_gives_is_signed_in_the_clear_too()
    {
        await using var host = await StartAsync();
        await using var bench = Bench();
        var hash = DeterministicBytes.Sha256(3000).ToLowerInvariant();
        var (run, failure) = await bench.RunAsync(HttpBench.Policy(host, "h1", "/obj/1", "PUT", Signs), run => Scope(run, 3000).With("hash", hash), 3000);
        Assert.Null(failure);
        Assert.Equal($"PUT /obj/1 3000 {hash}", run.ReceivedText);
    }

    [Fact]
    public async Task A_body_that_nothing_is_known_of_is_not_sent_in_the_clear()
    {
        await using var host = await StartAsync();
        await using var bench = Bench();
        var policy = HttpBench.Policy(host, "h1", "/obj/1", "PUT", Signs);
        var (run, failure) = await bench.RunAsync(policy, static run => Scope(run, 10), 10);
        Assert.Equal("closed", run.Story);
        Assert.Equal((SsPhase.Policy, SsCauseCode.NotSupported, "tls", false), (failure!.Phase, failure.Code, failure.Attribute, failure.Permanent));
        Assert.Contains("x-amz-content-sha256", failure.Message, StringComparison.Ordinal);
        Assert.Empty(host.Requests);

        // None is known.
        (run, failure) = await bench.RunAsync(policy, static run => Scope(run, 0), 0);
        Assert.Null(failure);
        Assert.Equal("PUT /obj/1 0 " + Empty, run.ReceivedText);
    }

    [Fact]
    public async Task Each_attempt_has_its_own_time_whatever_metadata_says()
    {
        await using var host = await StartAsync();
        await using var bench = Bench();
        _peer.Clock = bench.Clock.GetUtcNow;
        for (var i = 0; i < 2; i++)
        {
            var (run, failure) = await bench.RunAsync(HttpBench.Policy(host, "h1", "/obj/1", more: Signs), static run => Scope(run).With("date", "20130524T000000Z"));
            Assert.Null(failure);
            Assert.Equal("GET /obj/1 0 " + Empty, run.ReceivedText);
            bench.Clock.Advance(TimeSpan.FromHours(20));
        }

        Assert.Equal(["20300101T000000Z", "20300101T200000Z"], host.Requests.Select(static one => one.Header("x-amz-date")));
    }

    [Fact]
    public async Task Credentials_may_be_temporary_and_change_between_attempts()
    {
        await using var host = await StartAsync();
        await using var bench = Bench();
        var policy = HttpBench.Policy(host, "h2", "/obj/1", more: Signs);
        _peer.Token = "AQoDYXdzEPT//////////wEXAMPLE+tc764==";
        var (run, _) = await bench.RunAsync(policy, static run => Scope(run));
        Assert.Equal("closed", run.Story.Split(' ')[^1]);
        Assert.Equal(403, run.Refusal!.Status);
        Assert.Contains("the session token", run.Refusal.PeerText, StringComparison.Ordinal);

        bench.Blobs.WriteAwsCredentials("EXT_AUTH1", Id, Secret, _peer.Token, bench.Clock.GetUtcNow() + TimeSpan.FromHours(1));
        (run, var failure) = await bench.RunAsync(policy, static run => Scope(run));
        Assert.Null(failure);
        Assert.Equal("GET /obj/1 0 " + Empty, run.ReceivedText);
    }

    [Fact]
    public async Task Without_credentials_nothing_is_sent_and_the_next_attempt_takes_what_came()
    {
        await using var host = await StartAsync();
        await using var bench = new HttpBench();
        var policy = HttpBench.Policy(host, "h1", "/obj/1", more: Signs);
        var (run, failure) = await bench.RunAsync(policy, static run => Scope(run));
        Assert.Equal("closed", run.Story);
        Assert.Equal((SsPhase.Policy, SsCauseCode.BlobMissing, "use_auth", false), (failure!.Phase, failure.Code, failure.Attribute, failure.Permanent));
        Assert.Contains("'EXT_AUTH1'", failure.Message, StringComparison.Ordinal);
        Assert.Empty(host.Requests);

        bench.Blobs.Write("EXT_AUTH1", Encoding.ASCII.GetBytes($"# from the tools\r\n[default]\r\naws_access_key_id = {Id}\r\nregion = eu-west-1\r\naws_secret_access_key={Secret}\r\n"));
        (run, failure) = await bench.RunAsync(policy, static run => Scope(run));
        Assert.Null(failure);
        Assert.Equal("GET /obj/1 0 " + Empty, run.ReceivedText);
    }

    [Theory]
    [InlineData("", "no aws_access_key_id")]
    [InlineData("geheim", "line 1 is not of the form")]
    [InlineData("aws_access_key_id=AKID\n", "no aws_secret_access_key")]
    [InlineData("aws_access_key_id=AKID\naws_secret_access_key=geh eim\n", "not printable ASCII")]
    [InlineData("aws_access_key_id=AKID\naws_secret_access_key=geheim\naws_session_token=geheim\0\n", "aws_session_token has characters")]
    [InlineData("aws_access_key_id=geh/eim\naws_secret_access_key=AKID\n", "may be the secret")]
    [InlineData("[a]\naws_access_key_id=AKID\naws_secret_access_key=geheim\n[b]\naws_access_key_id=AKID\n", "line 4 begins a second profile")]
    [InlineData("aws_access_key_id=AKID\nAWS_ACCESS_KEY_ID=geheim\naws_secret_access_key=x\n", "line 2 says again")]
    public async Task Credentials_that_cannot_be_used_are_refused_and_not_told(string value, string expected)
    {
        await using var host = await StartAsync();
        await using var bench = new HttpBench();
        bench.Blobs.Write("EXT_AUTH1", Encoding.ASCII.GetBytes(value));
        var (_, failure) = await bench.RunAsync(HttpBench.Policy(host, "h1", "/obj/1", more: Signs), static run => Scope(run));
        Assert.Equal((SsPhase.Policy, SsCauseCode.BlobUnusable, "use_auth"), (failure!.Phase, failure.Code, failure.Attribute));
        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("geh", failure.ToString(), StringComparison.Ordinal);
        Assert.Empty(host.Requests);
    }

    [Theory]
    [InlineData(null, "s3", "aws_region", "'region'")]
    [InlineData("", "s3", "aws_region", "'region'")]
    [InlineData("eu-west-1", null, "aws_service", "'service'")]
    [InlineData("eu/west", "s3", "aws_region", "characters")]
    public async Task Region_and_service_have_to_be_set(string? region, string? service, string attribute, string expected)
    {
        await using var host = await StartAsync();
        await using var bench = Bench();
        var (_, failure) = await bench.RunAsync(HttpBench.Policy(host, "h1", "/obj/1", more: Signs), run =>
        {
            if (region is not null)
                run.With("region", region);
            if (service is not null)
                run.With("service", service);
        });
        Assert.Equal((SsPhase.Policy, SsCauseCode.EndpointInvalid, attribute), (failure!.Phase, failure.Code, failure.Attribute));
        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
        Assert.Empty(host.Requests);
    }

    [Theory]
    [InlineData(40, "40 minutes behind the peer's")]
    [InlineData(-20, "20 minutes ahead of the peer's")]
    [InlineData(4, null)]
    public async Task A_refusal_says_when_the_clocks_differ(int minutes, string? expected)
    {
        await using var host = await StartAsync();
        await using var bench = new HttpBench();
        bench.Blobs.WriteAwsCredentials("EXT_AUTH1", Id, "another");
        _peer.Clock = () => bench.Clock.GetUtcNow() + TimeSpan.FromMinutes(minutes);
        var (run, failure) = await bench.RunAsync(HttpBench.Policy(host, "h1", "/obj/1", more: Signs), static run => Scope(run));
        Assert.Null(failure);
        Assert.Equal(403, run.Refusal!.Status);
        Assert.Contains(expected is null ? "SignatureDoesNotMatch" : "RequestTimeTooSkewed", run.Refusal.PeerText, StringComparison.Ordinal);
        Assert.Equal(expected is null ? null : "use_auth", run.Refusal.Attribute);
        if (expected is null)
            Assert.DoesNotContain("clock", run.Refusal.Message, StringComparison.Ordinal);
        else
            Assert.Contains(expected, run.Refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_redirect_is_signed_anew_and_another_origin_gets_no_signature()
    {
        await using var host = await StartAsync();
        await using var elsewhere = await KestrelTestHost.StartAsync();
        await using var bench = Bench();
        bench.Blobs.WriteAwsCredentials("EXT_AUTH1", Id, Secret, _peer.Token = "session");
        var url = $"/redirect-to?code=307&url={Uri.EscapeDataString("/obj/2?x=1")}";
        var (run, failure) = await bench.RunAsync(HttpBench.Policy(host, "h1", url, more: Signs + ", \"allow_redirects\": true"), static run => Scope(run));
        Assert.Null(failure);
        Assert.Equal("GET /obj/2?x=1 0 " + Empty, run.ReceivedText);

        url = $"/redirect-to?code=307&url={Uri.EscapeDataString($"http://127.0.0.1:{elsewhere.HttpPort}/headers")}";
        (run, failure) = await bench.RunAsync(HttpBench.Policy(host, "h1", url, more: Signs + ", \"allow_redirects\": true"), static run => Scope(run));
        Assert.Null(failure);
        Assert.DoesNotContain("authorization", run.ReceivedText, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("session", run.ReceivedText, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task The_host_that_metadata_sets_is_the_one_that_is_signed()
    {
        await using var host = await StartAsync();
        await using var bench = Bench();
        foreach (var kind in new[] { "h1", "h2c" })
        {
            var (run, failure) = await bench.RunAsync(HttpBench.Policy(host, kind, "/obj/1", more: Signs), static run => Scope(run).With("host", "bucket.s3.example"));
            Assert.Null(failure);
            Assert.Equal("GET /obj/1 0 " + Empty, run.ReceivedText);
        }
    }

    [Fact]
    public async Task An_authorization_header_of_the_applications_own_stands()
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var bench = new HttpBench();
        var (run, failure) = await bench.RunAsync(HttpBench.Policy(host, "h1", "/headers", more: Signs), static run => run.With("own", "Bearer mine"));
        Assert.Null(failure);
        Assert.Contains("authorization: Bearer mine\n", run.ReceivedText, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("x-amz-", run.ReceivedText, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_store_that_fails_is_the_cause()
    {
        await using var host = await StartAsync();
        await using var bench = new HttpBench();
        await using var factory = new HttpTransportFactory(
            new SsPlatform { Time = bench.Clock }, static (_, _, _) => throw new InvalidOperationException("never dialed"), bench.Log) { Blobs = new HttpBlobHeaderTests.BrokenStore() };
        var run = Scope(new TransportRun(HttpBench.Policy(host, "h1", "/obj/1", more: Signs)));
        run.Start(factory);
        var failure = await run.EndAsync();
        Assert.Equal((SsCauseCode.BlobUnusable, "use_auth"), (failure!.Code, failure.Attribute));
        Assert.IsType<SsBlobException>(failure.Error);
    }

    [Fact]
    public async Task An_upgrade_is_not_signed_and_says_so()
    {
        await using var bench = Bench();
        var policy = HttpBench.Policy("\"endpoint\": \"127.0.0.1\", \"port\": 80, \"protocol\": \"ws\", \"http_url\": \"/\", \"ws_subprotocol\": \"\", " + Signs);
        using var message = new HttpRequestMessage();
        var refusal = WebSocketRequest.Fill(new WebSocketPlan(policy, bench.Factory.Pools), new SecureStreams.Core.MetadataStore(policy), bench.Blobs, message, strange: false);
        Assert.Equal((SsPhase.Policy, SsCauseCode.NotSupported, "use_auth", true), (refusal!.Phase, refusal.Code, refusal.Attribute, refusal.Permanent));
    }

    private static TransportRun Scope(TransportRun run, int? body = null)
    {
        if (body is { } length)
            run.OnTransmit = Supply.Bytes(length);
        return run.With("region", "eu-west-1").With("service", "s3");
    }

    private static HttpBench Bench()
    {
        var bench = new HttpBench();
        bench.Blobs.WriteAwsCredentials("EXT_AUTH1", Id, Secret);
        return bench;
    }

    private Task<KestrelTestHost> StartAsync() => KestrelTestHost.StartAsync(new KestrelTestHostOptions { Otherwise = _peer.AnswerAsync });
}
