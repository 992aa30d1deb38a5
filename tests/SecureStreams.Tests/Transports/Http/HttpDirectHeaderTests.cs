using SecureStreams.TestSupport.Servers;
using Xunit;

namespace SecureStreams.Tests.Transports.Http;

/// <summary>Headers that the application sets and reads by their names.</summary>
public sealed class HttpDirectHeaderTests
{
    private const string Direct = "\"direct_proto_str\": true";

    [Theory]
    [InlineData("h1")]
    [InlineData("h2c")]
    public async Task Any_header_can_be_set_and_read(string kind)
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var bench = new HttpBench();
        string?[] before = [], during = [];
        var policy = HttpBench.Policy(host, kind, "/headers", "POST", Direct + ", \"metadata\": [{ \"declared\": \"x-declared\" }]");
        var (run, failure) = await bench.RunAsync(policy, run =>
        {
            run.With("declared", "1").With("X-Declared", "not this").With("x-app:", "two").With("Content-Type", "text/x").With("Host", "virtual.test");
            run.OnTransmit = Supply.Text("x");
            before = [run.Metadata.Get("X-APP"), run.Metadata.Get("Server"), run.Metadata.Get("declared")];
            run.OnEvent = what =>
            {
                if (what == "connected")
                    during = [run.Metadata.Get("content-type"), run.Metadata.Get("Content-Length:"), run.Metadata.Get("x-app"), run.Metadata.Get("X-None")];
            };
        });
        Assert.Null(failure);
        Assert.Equal("two||1", string.Join('|', before));
        Assert.Equal($"text/plain|{run.Received.Length}|two|", string.Join('|', during));
        foreach (var line in new[] { "x-declared: 1\n", "x-app: two\n", "Content-Type: text/x\n", "Host: virtual.test\n" })
            Assert.Contains(line, run.ReceivedText, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("not this", run.ReceivedText, StringComparison.Ordinal);
        run.Metadata.ClearReceivedOnMailbox();
        Assert.Equal(("text/x", null), (run.Metadata.Get("Content-Type"), run.Metadata.Get("Content-Length")));
    }

    [Theory]
    [InlineData("Transfer-Encoding", "connection")]
    [InlineData("connection:", "connection")]
    [InlineData("TE", "connection")]
    [InlineData("content-length", "RequestTransmit(length)")]
    [InlineData("Expect", "http_expect_continue")]
    [InlineData("Proxy-Authorization", "proxy")]
    [InlineData("sec-websocket-key", "WebSocket")]
    [InlineData("a b", "name has")]
    [InlineData(":path", "name has")]
    [InlineData("", "name has")]
    [InlineData("a\r\nb", "name has")]
    public void What_frames_the_connection_and_what_is_no_header_is_refused(string name, string why)
    {
        var run = new TransportRun(HttpBench.Policy($"\"endpoint\": \"x\", {Direct}"));
        Assert.Contains(why, Assert.Throws<SsMetadataException>(() => run.With(name, "v")).Message, StringComparison.Ordinal);
        if (why == "name has")
            Assert.Throws<SsMetadataException>(() => run.Metadata.Get(name));
    }

    [Theory]
    [InlineData("a\r\nX-Evil: 1")]
    [InlineData("a\n")]
    [InlineData("\0")]
    public async Task Line_breaks_cannot_get_in(string value)
    {
        var policy = HttpBench.Policy($"\"endpoint\": \"127.0.0.1\", \"port\": 9, {Direct}");
        Assert.Throws<SsMetadataException>(() => new TransportRun(policy).With("X-A", value));

        // Past the check at the door on purpose.
        await using var bench = new HttpBench();
        var (run, failure) = await bench.RunAsync(policy, run => run.Metadata.SetOnMailbox("X-A", value));
        Assert.Equal(("closed", "direct_proto_str"), (run.Story, failure!.Attribute));
    }

    [Fact]
    public void Without_the_attribute_and_where_there_are_no_headers_undeclared_names_stay_undeclared()
    {
        foreach (var attributes in new[] { "\"endpoint\": \"x\"", $"\"endpoint\": \"x\", \"protocol\": \"raw\", {Direct}", "\"endpoint\": \"x\", \"direct_proto_str\": false" })
        {
            var run = new TransportRun(HttpBench.Policy(attributes));
            Assert.Contains("does not declare", Assert.Throws<SsMetadataException>(() => run.With("X-A", "v")).Message, StringComparison.Ordinal);
            Assert.Throws<SsMetadataException>(() => run.Metadata.Get("X-A"));
        }
    }

    [Fact]
    public async Task Credentials_stay_behind_when_a_redirect_leads_elsewhere()
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var bench = new HttpBench();
        var policy = HttpBench.Policy(host, "h1", $"/redirect-to?url={Uri.EscapeDataString($"http://localhost:{host.HttpPort}/headers")}", more: Direct + ", \"allow_redirects\": true");
        var (run, _) = await bench.RunAsync(policy, static run => run.With("Authorization", "secret").With("X-Plain", "goes"));
        Assert.DoesNotContain("secret", run.ReceivedText, StringComparison.Ordinal);
        Assert.Contains("X-Plain: goes", run.ReceivedText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_multipart_type_is_not_to_be_replaced()
    {
        await using var bench = new HttpBench();
        var policy = HttpBench.Policy($"\"endpoint\": \"127.0.0.1\", \"port\": 9, \"http_method\": \"POST\", \"http_multipart_name\": \"n\", {Direct}");
        var (_, failure) = await bench.RunAsync(policy, static run => run.With("content-type", "text/plain"));
        Assert.Contains("boundary", failure!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_headers_of_a_part_are_read_by_name()
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var bench = new HttpBench();
        var seen = new List<string?>();
        var url = $"/parts?type={Uri.EscapeDataString("multipart/mixed; boundary=b")}&body={Uri.EscapeDataString("--b\r\nContent-ID: 7\r\n\r\nx\r\n--b--")}";
        var (run, _) = await bench.RunAsync(HttpBench.Policy(host, "h1", url, more: Direct + ", \"http_multipart_ss_in\": true"), run => run.OnEvent = what =>
        {
            if (what == "rx-som")
                seen.AddRange([run.Metadata.Get("content-id"), run.Metadata.Get("x-whole"), run.Metadata.Get("content-type")]);
        });
        Assert.Equal(["7", "all", null], seen);
        Assert.Equal("x", run.ReceivedText);
    }
}
