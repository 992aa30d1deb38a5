using System.Globalization;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.TestSupport.Servers;

namespace SecureStreams.Tool.Tests;

/// <summary><c>--overlay</c>: layers are checked and run as their sum, and what is wrong is told with the file that has it.</summary>
public sealed class OverlayTests
{
    [Fact]
    public async Task The_sum_is_checked_not_the_layers()
    {
        using var directory = LayeredPolicy.Create();
        (await directory.RunAsync("policy", "check", "site.json")).Exits(2);
        var sum = (await directory.RunAsync("policy", "check", "base.json", "--overlay", "site.json", "--overlay", "device.json")).Exits(0);
        Assert.EndsWith("base.json: ok, 3 streamtypes, 1 warning\n", sum.Text, StringComparison.Ordinal);
        var bottom = (await directory.RunAsync("policy", "check", "--policy", "base.json", "--overlay", "site.json")).Exits(0);
        Assert.EndsWith("base.json: ok, 2 streamtypes, 1 warning\n", bottom.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_overlay_can_mend_the_base_and_break_it()
    {
        using var directory = new TestDirectory();
        directory.Add("base.json", """{ "schema-version": 1, "s": [{ "one": { "protocol": "h1" } }] }""");
        directory.Add("mends.json", """{ "schema-version": 1, "s": [{ "one": { "endpoint": "example.com" } }] }""");
        directory.Add("breaks.json", "{ \"schema-version\": 1,\n  \"s\": [{ \"one\": { \"port\": 70000, \"retry\": \"none\" } }] }");
        (await directory.RunAsync("policy", "check", "base.json")).Exits(2);
        (await directory.RunAsync("policy", "check", "base.json", "--overlay", "mends.json")).Is(0, "base.json: ok, 1 streamtype, 0 warnings\n", "");
        (await directory.RunAsync("policy", "check", "base.json", "--overlay", "mends.json", "--overlay", "breaks.json")).Is(2, """
            breaks.json(2,28): error SSP0102: streamtype 'one': port is 70000, which is out of range; allowed is 0..65535
            breaks.json(2,44): error SSP0202: streamtype 'one': retry names the retry scheme 'none', which is not defined
            base.json: failed, 2 errors, 0 warnings

            """, "");
    }

    [Fact]
    public async Task A_warning_in_an_overlay_is_an_error_when_strict()
    {
        using var directory = new TestDirectory();
        directory.Add("base.json", """{ "schema-version": 1, "s": [{ "one": { "endpoint": "example.com" } }] }""");
        directory.Add("odd.json", """{ "schema-version": 1, "s": [{ "one": { "tls": 0 } }] }""");
        (await directory.RunAsync("policy", "check", "--strict", "base.json")).Exits(0);
        var strict = (await directory.RunAsync("policy", "check", "--strict", "base.json", "--overlay", "odd.json")).Exits(2);
        Assert.StartsWith("odd.json(1,48): error SSP0106: ", strict.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_takes_the_sum_and_later_overlays_count_more()
    {
        await using var host = await KestrelTestHost.StartAsync();
        using var policy = new TestPolicy(TestPolicy.Http("ask", 1, "GET", "/status/404"));
        policy.Add("url.json", Overlay("\"http_url\": \"/headers?place=${place}\", \"metadata\": [{ \"place\": \"\" }]"));
        policy.Add("port.json", Overlay(string.Create(CultureInfo.InvariantCulture, $"\"port\": {host.HttpPort}")));
        policy.Add("last.json", Overlay("\"http_url\": \"/bytes/3\""));
        string[] layers = ["--overlay", "url.json", "--overlay", "port.json"];

        var both = (await policy.RunAsync(["ask", "--metadata", "place=here", .. layers])).Exits(0);
        Assert.StartsWith("GET /headers?place=here HTTP/1.1\n", both.Text, StringComparison.Ordinal);
        Assert.Equal(DeterministicBytes.Make(3), (await policy.RunAsync(["ask", .. layers, "--overlay", "last.json"])).Exits(0).Output);
        (await policy.RunAsync(["ask", "--overlay", "last.json", .. layers, "--metadata", "place=x"])).Exits(0);
        Assert.Equal(["/headers?place=here", "/bytes/3", "/headers?place=x"], host.Requests.Select(static request => request.Target));
    }

    [Fact]
    public async Task Run_does_nothing_when_an_overlay_is_wrong()
    {
        await using var host = await KestrelTestHost.StartAsync();
        using var policy = new TestPolicy(TestPolicy.Http("get", host.HttpPort, "GET", "/bytes/3"));
        policy.Add("sound.json", """{ "schema-version": 1 }"""u8.ToArray());
        policy.Add("range.json", "{ \"schema-version\": 1,\n  \"s\": [{ \"get\": { \"port\": 70000 } }] }"u8.ToArray());
        policy.Add("torn.json", "{ \"s\": [\n"u8.ToArray());
        policy.Add("list.json", "[]"u8.ToArray());

        await RefusedAsync("range.json", "range.json(2,28): error SSP0102: streamtype 'get': port is 70000, which is out of range; allowed is 0..65535\npolicy.json: failed, ");
        await RefusedAsync("list.json", "list.json(1,1): error SSP0004: the document must be an object, not an array\npolicy.json: failed, ");
        await RefusedAsync("absent.json", "sstreams: error: absent.json: cannot be read: there is no such file\n");
        Assert.Empty(host.Requests);

        // Only the last brackets are missing, which is a warning: the sum can be used.
        (await policy.RunAsync("get", "--overlay", "sound.json", "--overlay", "torn.json")).Exits(0);

        async Task RefusedAsync(string overlay, string expected)
        {
            var result = (await policy.RunAsync("get", "--overlay", "sound.json", "--overlay", overlay)).Exits(2);
            Assert.Equal("", result.Text);
            Assert.Contains(expected, result.Errors, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_overlay_can_come_from_standard_input()
    {
        await using var host = await KestrelTestHost.StartAsync();
        using var policy = new TestPolicy(TestPolicy.Http("ask", host.HttpPort, "GET", "/status/404"));
        (await policy.RunAsync("ask")).Exits(1);
        (await policy.RunAsync(Overlay("\"http_url\": \"/bytes/3\""), "ask", "--overlay", "-")).Exits(0);
        var wrong = (await policy.RunAsync(Overlay("\"http_url\": 3"), "ask", "--overlay", "-")).Exits(2);
        Assert.StartsWith("<stdin>(1,", wrong.Errors[wrong.Errors.IndexOf("<stdin>", StringComparison.Ordinal)..], StringComparison.Ordinal);
    }

    private static byte[] Overlay(string members) => System.Text.Encoding.UTF8.GetBytes($$"""{ "schema-version": 1, "s": [{ "ask": { {{members}} } }] }""");
}
