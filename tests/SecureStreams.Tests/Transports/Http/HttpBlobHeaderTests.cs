using System.Text;
using SecureStreams.TestSupport.Servers;
using Xunit;

namespace SecureStreams.Tests.Transports.Http;

/// <summary>Headers that blobs fill.</summary>
public sealed class HttpBlobHeaderTests
{
    private const string Headers = """
        "http_auth_header": "authorization:", "http_auth_preamble": "Bearer ", "http_dsn_header": "x-dsn:", "http_fwv_header": "x-fwv:", "http_devtype_header": "x-type:"
        """;

    [Theory]
    [InlineData("h1")]
    [InlineData("h2c")]
    public async Task Token_and_facts_travel_in_their_headers(string kind)
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var bench = new HttpBench();
        bench.Blobs.Write(SsBlobNames.Auth(0), "t0k3n"u8);
        bench.Blobs.Write(SsBlobNames.DeviceSerial, "S-1"u8);
        bench.Blobs.Write(SsBlobNames.DeviceFirmwareVersion, default);
        var (run, failure) = await bench.RunAsync(HttpBench.Policy(host, kind, "/headers", more: Headers));
        Assert.Null(failure);
        Assert.Contains("authorization: Bearer t0k3n\n", run.ReceivedText, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("x-dsn: S-1\n", run.ReceivedText, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("x-fwv: \n", run.ReceivedText, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("x-type", run.ReceivedText, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("", "authorization: AUTH_0\n")]
    [InlineData("\"use_auth\": \"second\", ", "authorization: AUTH_1\n")]
    [InlineData("\"use_auth\": \"named\", ", "authorization: my-token\n")]
    [InlineData("\"use_auth\": \"named\", \"auth_hexify\": true, \"http_auth_preamble\": \"Hex \", ", "authorization: Hex 6D792D746F6B656E\n")]
    public async Task The_scheme_says_which_blob_is_the_token(string more, string expected)
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var bench = new HttpBench();
        foreach (var name in new[] { "AUTH_0", "AUTH_1", "my-token" })
            bench.Blobs.Write(name, Encoding.UTF8.GetBytes(name));
        var (run, failure) = await bench.RunAsync(HttpBench.Policy(host, "h1", "/headers", more: more + "\"http_auth_header\": \"Authorization\""));
        Assert.Null(failure);
        Assert.Contains(expected, run.ReceivedText, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Without_its_token_nothing_is_sent_and_the_next_attempt_takes_what_came()
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var bench = new HttpBench();
        var policy = HttpBench.Policy(host, "h1", "/headers", more: Headers);
        var (run, failure) = await bench.RunAsync(policy);
        Assert.Equal("closed", run.Story);
        Assert.Equal((SsPhase.Policy, SsCauseCode.BlobMissing, "http_auth_header", false), (failure!.Phase, failure.Code, failure.Attribute, failure.Permanent));
        Assert.Contains("'AUTH_0'", failure.Message, StringComparison.Ordinal);
        Assert.Empty(host.Requests);

        bench.Blobs.Write(SsBlobNames.Auth(0), "now"u8);
        (run, failure) = await bench.RunAsync(policy);
        Assert.Null(failure);
        Assert.Contains("Bearer now\n", run.ReceivedText, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tok\r\nX-Evil: 1")]
    [InlineData("tok\n")]
    [InlineData("t\0k")]
    public async Task A_value_that_could_forge_a_header_is_refused_and_not_told(string value)
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var bench = new HttpBench();
        bench.Blobs.Write("AUTH_0", Encoding.UTF8.GetBytes(value));
        var (run, failure) = await bench.RunAsync(HttpBench.Policy(host, "h1", "/headers", more: Headers));
        Assert.Equal("closed", run.Story);
        Assert.Equal(SsCauseCode.BlobUnusable, failure!.Code);
        Assert.DoesNotContain("tok", failure.ToString(), StringComparison.Ordinal);
        Assert.Empty(host.Requests);
    }

    [Fact]
    public async Task Bytes_that_are_no_text_need_hexify()
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var bench = new HttpBench();
        bench.Blobs.Write("AUTH_0", [0xff, 0x0a]);
        var (_, failure) = await bench.RunAsync(HttpBench.Policy(host, "h1", "/headers", more: "\"http_auth_header\": \"x-a\""));
        Assert.Equal(SsCauseCode.BlobUnusable, failure!.Code);
        bench.Blobs.Write("AUTH_0", [0xff, 0x31]);
        (_, failure) = await bench.RunAsync(HttpBench.Policy(host, "h1", "/headers", more: "\"http_auth_header\": \"x-a\""));
        Assert.Contains("auth_hexify", failure!.Message, StringComparison.Ordinal);
        bench.Blobs.Write("AUTH_0", [0xff, 0x0a]);
        var (run, none) = await bench.RunAsync(HttpBench.Policy(host, "h1", "/headers", more: "\"http_auth_header\": \"x-a\", \"auth_hexify\": true"));
        Assert.Null(none);
        Assert.Contains("x-a: FF0A\n", run.ReceivedText, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("connection")]
    [InlineData("Host")]
    [InlineData("content-length")]
    [InlineData("content-type")]
    public async Task Headers_that_frame_a_request_are_not_for_blobs(string header)
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var bench = new HttpBench();
        bench.Blobs.Write(SsBlobNames.DeviceSerial, "close"u8);
        var (run, failure) = await bench.RunAsync(HttpBench.Policy(host, "h1", "/headers", more: $"\"http_dsn_header\": \"{header}\""));
        Assert.Equal("closed", run.Story);
        Assert.Equal((SsCauseCode.BlobUnusable, "http_dsn_header"), (failure!.Code, failure.Attribute));
    }

    [Fact]
    public async Task Metadata_that_is_set_for_the_same_header_wins()
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var bench = new HttpBench();
        var policy = HttpBench.Policy(host, "h1", "/headers", more: "\"http_auth_header\": \"authorization\", \"metadata\": [{ \"a\": \"Authorization:\" }]");
        var (run, failure) = await bench.RunAsync(policy, run => run.With("a", "mine"));
        Assert.Null(failure);
        Assert.Contains("authorization: mine\n", run.ReceivedText, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_redirect_to_another_origin_learns_none_of_them()
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var elsewhere = await KestrelTestHost.StartAsync();
        await using var bench = new HttpBench();
        bench.Blobs.Write("AUTH_0", "secret"u8);
        bench.Blobs.Write(SsBlobNames.DeviceSerial, "S-1"u8);
        foreach (var (target, stays) in new[] { ("/headers", true), ($"http://127.0.0.1:{elsewhere.HttpPort}/headers", false) })
        {
            var url = $"/redirect-to?code=302&url={Uri.EscapeDataString(target)}";
            var (run, failure) = await bench.RunAsync(HttpBench.Policy(host, "h1", url, more: Headers + ", \"allow_redirects\": true"));
            Assert.Null(failure);
            Assert.Equal(stays, run.ReceivedText.Contains("secret", StringComparison.Ordinal));
            Assert.Equal(stays, run.ReceivedText.Contains("S-1", StringComparison.Ordinal));
            Assert.Contains("Host: 127.0.0.1", run.ReceivedText, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public async Task A_store_that_fails_is_the_cause()
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var bench = new HttpBench();
        bench.Blobs.Write("AUTH_0", "t"u8);
        var policy = HttpBench.Policy(host, "h1", "/headers", more: Headers);
        await using var factory = new SecureStreams.Transports.Http.HttpTransportFactory(
            new SsPlatform { Time = bench.Clock }, static (_, _, _) => throw new InvalidOperationException("never dialed"), bench.Log) { Blobs = new BrokenStore() };
        var run = new TransportRun(policy);
        run.Start(factory);
        var failure = await run.EndAsync();
        Assert.Equal(SsCauseCode.BlobUnusable, failure!.Code);
        Assert.IsType<SsBlobException>(failure.Error);
    }

    internal sealed class BrokenStore : ISsBlobStore
    {
        public SsBlob? Read(string name) => throw new SsBlobException("broken");

        public void Write(string name, ReadOnlySpan<byte> value, DateTimeOffset? expires = null) => throw new SsBlobException("broken");

        public bool Remove(string name) => throw new SsBlobException("broken");

        public IReadOnlyList<string> ListNames() => throw new SsBlobException("broken");

        public IDisposable Subscribe(Action<string> changed) => throw new SsBlobException("broken");
    }
}
