using System.Net;
using System.Net.Sockets;
using SecureStreams.Core;
using SecureStreams.TestSupport.Servers;
using SecureStreams.Transports.Http;
using Xunit;

namespace SecureStreams.Tests.Transports.Http;

public sealed class HttpTargetTests
{
    [Theory]
    [InlineData("\"endpoint\": \"peer.test\", \"port\": 8080, \"http_url\": \"a/b?c=d\"", "http://peer.test:8080/a/b?c=d")]
    [InlineData("\"endpoint\": \"peer.test\", \"port\": 80, \"http_url\": \"/a/b\"", "http://peer.test/a/b")]
    [InlineData("\"endpoint\": \"peer.test\", \"port\": 80, \"http_url\": \"//a\"", "http://peer.test/a")]
    [InlineData("\"endpoint\": \"peer.test\", \"port\": 443, \"tls\": true, \"http_url\": \"\"", "https://peer.test/")]
    [InlineData("\"endpoint\": \"peer.test\", \"port\": 443, \"tls\": true, \"http_url\": \"?q\"", "https://peer.test/?q")]
    [InlineData("\"endpoint\": \"::1\", \"port\": 81, \"http_url\": \"x\"", "http://[::1]:81/x")]
    [InlineData("\"endpoint\": \"[::1]\", \"port\": 81, \"http_url\": \"x\"", "http://[::1]:81/x")]
    [InlineData("\"endpoint\": \"http://other.test:99/p?q\", \"port\": 443, \"tls\": true, \"http_url\": \"x\"", "http://other.test:99/p?q")]
    [InlineData("\"endpoint\": \"http://other.test\", \"port\": 443, \"tls\": true, \"http_url\": \"x\"", "http://other.test/x")]
    [InlineData("\"endpoint\": \"https://other.test/p\", \"port\": 1, \"tls\": true, \"http_url\": \"x\"", "https://other.test/p")]
    [InlineData("\"endpoint\": \"peer.test\", \"port\": 80, \"http_url\": \"a b/ü/%2F/{x}#frag\"", "http://peer.test/a%20b/%C3%BC/%2F/%7Bx%7D")]
    [InlineData("\"endpoint\": \"peer.test\", \"port\": 80, \"http_url\": \"a/../b\"", "http://peer.test/a/../b")]
    public void An_endpoint_and_a_url_make_a_target(string attributes, string expected)
    {
        Assert.Null(Resolve(attributes, [], out var uri, out _));
        Assert.Equal(expected, uri!.Scheme + "://" + uri.Authority + uri.PathAndQuery);
    }

    [Theory]
    [InlineData("a b&c=d/e?f#g%", "a%20b%26c%3Dd%2Fe%3Ff%23g%25")]
    [InlineData("ü€", "%C3%BC%E2%82%AC")]
    [InlineData("../../etc", "..%2F..%2Fetc")]
    [InlineData("", "")]
    public void Substituted_values_are_percent_encoded_and_stay_so(string value, string expected)
    {
        Assert.Null(Resolve("\"endpoint\": \"peer.test\", \"port\": 80, \"http_url\": \"v/${v}/x?y=${v}&z=${w}\", \"metadata\": [{ \"v\": \"\" }, { \"w\": \"\" }]", new() { ["v"] = value }, out var uri, out _));
        Assert.Equal($"/v/{expected}/x?y={expected}&z=", uri!.PathAndQuery);
    }

    [Theory]
    [InlineData("..")]
    [InlineData(".")]
    public void A_value_cannot_climb_out_of_the_path(string value)
    {
        var failure = Resolve("\"endpoint\": \"peer.test\", \"port\": 80, \"http_url\": \"v/${v}/x\", \"metadata\": [{ \"v\": \"\" }]", new() { ["v"] = value }, out _, out _);
        Assert.Equal((SsPhase.Policy, SsCauseCode.EndpointInvalid, "http_url"), (failure!.Phase, failure.Code, failure.Attribute));
    }

    [Theory]
    [InlineData("..", false)]
    [InlineData(".", false)]
    [InlineData("%2e%2E", false)]
    [InlineData(".%2e", false)]
    [InlineData("a/../../b", false)]
    [InlineData("a\\..\\..\\b", false)]
    [InlineData("..?", false)]
    [InlineData("..#", false)]
    [InlineData("...", true)]
    [InlineData("a..b", true)]
    [InlineData("a?x=/../y", true)]
    public void A_value_in_a_URL_for_an_endpoint_cannot_climb_out_of_its_path_either(string value, bool good)
    {
        foreach (var endpoint in new[] { "http://api.test/v1/${v}/items", "http://api.test/v1/${v}" })
        {
            var failure = Resolve($"\"endpoint\": \"{endpoint}\", \"http_url\": \"\", \"metadata\": [{{ \"v\": \"\" }}]", new() { ["v"] = value }, out var uri, out _);
            if (good)
                Assert.StartsWith("http://api.test/v1/", uri!.AbsoluteUri, StringComparison.Ordinal);
            else
                Assert.Equal((SsPhase.Policy, SsCauseCode.EndpointInvalid, "endpoint"), (failure?.Phase, failure?.Code, failure?.Attribute));
        }
    }

    [Fact]
    public void What_the_policy_itself_writes_into_the_path_of_an_endpoint_stands()
    {
        Assert.Null(Resolve("\"endpoint\": \"http://${h}.test/a/../b\", \"http_url\": \"\", \"metadata\": [{ \"h\": \"\" }]", new() { ["h"] = "api" }, out var uri, out _));
        Assert.Equal("http://api.test/b", uri!.AbsoluteUri);
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("a b", "character")]
    [InlineData("user@peer", "character")]
    [InlineData("peer.test/path", "character")]
    [InlineData("peer.test?x", "character")]
    [InlineData("peer.test:80", "\"port\"")]
    [InlineData("[peer]", "character")]
    [InlineData("::1]:80/x", "IPv6")]
    [InlineData("http://u:p@peer.test/", "user information")]
    [InlineData("http://peer test/", "URL")]
    [InlineData("https://peer.test/", "\"tls\": true")]
    [InlineData("gopher://peer.test/", "gopher")]
    [InlineData("+", "Unix")]
    public void A_bad_endpoint_is_told_with_what_is_wrong(string value, string mentions)
    {
        var failure = Resolve("\"endpoint\": \"${e}\", \"port\": 80, \"http_url\": \"\", \"metadata\": [{ \"e\": \"\" }]", new() { ["e"] = value }, out _, out _);
        Assert.Equal((SsPhase.Policy, SsCauseCode.EndpointInvalid), (failure!.Phase, failure.Code));
        Assert.Contains(mentions, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("u:p", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_endpoint_that_needs_an_unset_name_says_which()
    {
        var failure = Resolve("\"endpoint\": \"${region}.peer.test\", \"port\": 80, \"http_url\": \"\", \"metadata\": [{ \"region\": \"\" }]", [], out _, out _);
        Assert.Equal((SsPhase.Policy, SsCauseCode.EndpointInvalid, "endpoint"), (failure!.Phase, failure.Code, failure.Attribute));
        Assert.Contains("'region'", failure.Message, StringComparison.Ordinal);
        Assert.Contains("long", Resolve("\"endpoint\": \"${e}\", \"port\": 80, \"http_url\": \"\", \"metadata\": [{ \"e\": \"\" }]", new() { ["e"] = new string('a', 254) }, out _, out _)!.Message + "long", StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_unix_socket_is_reached_by_path_and_by_abstract_name()
    {
        var path = Path.Combine(Path.GetTempPath(), $"ss-{Guid.NewGuid():N}.sock");
        foreach (var (endpoint, address) in new[] { ("+" + path, path), ("+@" + Path.GetFileName(path), "\0" + Path.GetFileName(path)) })
        {
            using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            listener.Bind(new UnixDomainSocketEndPoint(address));
            listener.Listen();
            var served = Task.Run(async () =>
            {
                using var socket = await listener.AcceptAsync();
                var buffer = new byte[4096];
                var read = await socket.ReceiveAsync(buffer);
                await socket.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"u8.ToArray());
                return System.Text.Encoding.Latin1.GetString(buffer, 0, read);
            }, TestContext.Current.CancellationToken);
            await using var bench = new HttpBench();
            var (run, failure) = await bench.RunAsync(HttpBench.Policy($"\"endpoint\": \"{endpoint}\", \"port\": 99, \"protocol\": \"h1\", \"http_method\": \"GET\", \"http_url\": \"/x\""));
            Assert.Null(failure);
            Assert.Equal("hi", run.ReceivedText);
            Assert.Contains("Host: localhost\r\n", await served, StringComparison.Ordinal);
        }

        File.Delete(path);
    }

    [Fact]
    public async Task Host_carries_the_port()
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var bench = new HttpBench();
        var (run, _) = await bench.RunAsync(HttpBench.Policy(host, "h1", "/headers"));
        Assert.Contains($"Host: 127.0.0.1:{host.HttpPort}\n", run.ReceivedText, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("h1")]
    [InlineData("h1s")]
    [InlineData("h2")]
    [InlineData("h2c")]
    public async Task A_url_of_16_KiB_arrives_whole(string kind)
    {
        await using var host = await KestrelTestHost.StartAsync(new() { MaxRequestLineBytes = 33 * 1024 });
        await using var bench = new HttpBench();
        var digits = string.Create(16_384, 7, static (text, seed) =>
        {
            var random = new Random(seed);
            foreach (ref var one in text)
                one = "0123456789abcdef"[random.Next(16)];
        });
        var (_, failure) = await bench.RunAsync(HttpBench.Policy(host, kind, "/headers?x=${x}", more: "\"metadata\": [{ \"x\": \"\" }]"), run => run.With("x", digits));
        Assert.Null(failure);
        Assert.Equal("/headers?x=" + digits, Assert.Single(host.Requests).Target);
    }

    [Fact]
    public void A_longer_url_than_32_KiB_is_refused_for_good_where_nothing_of_it_can_change()
    {
        const string Changing = "\"endpoint\": \"peer.test\", \"port\": 80, \"http_url\": \"${v}\", \"metadata\": [{ \"v\": \"\" }]";
        Assert.Null(Resolve(Changing, new() { ["v"] = new string('a', 32_767) }, out var uri, out _));
        Assert.Equal(32_768, uri!.PathAndQuery.Length);
        var failure = Resolve(Changing, new() { ["v"] = new string('a', 32_768) }, out _, out _);
        Assert.Equal((SsPhase.Policy, SsCauseCode.EndpointInvalid, "http_url", false), (failure!.Phase, failure.Code, failure.Attribute, failure.Permanent));
        Assert.Contains("URL of 32769 characters after expansion; the limit is 32768", failure.Message, StringComparison.Ordinal);
        failure = Resolve($"\"endpoint\": \"peer.test\", \"port\": 80, \"http_url\": \"{new string('a', 32_768)}\"", [], out _, out _);
        Assert.Equal(("http_url", true), (failure!.Attribute, failure.Permanent));
        failure = Resolve("\"endpoint\": \"${v}\", \"port\": 80, \"metadata\": [{ \"v\": \"\" }], \"http_url\": \"" + new string('a', 32_768) + "\"", new() { ["v"] = "peer.test" }, out _, out _);
        Assert.Equal(("http_url", false), (failure!.Attribute, failure.Permanent));
    }

    private static SecureStreams.Transports.TransportFailure? Resolve(string attributes, Dictionary<string, string> metadata, out Uri? uri, out string? unixPath)
    {
        var policy = HttpBench.Policy("\"protocol\": \"h1\", \"http_method\": \"GET\", " + attributes);
        var store = new MetadataStore(policy);
        foreach (var (name, value) in metadata)
            store.SetOnMailbox(store.Check(name, value), value);
        uri = null;
        unixPath = null;
        return HttpTargetText.Expand(policy, store, out var endpoint, out var url) ?? HttpTargetText.Parse(policy, endpoint, policy.Port, url, out uri, out unixPath);
    }
}
