using System.Text.Json;
using System.Text.RegularExpressions;

namespace SecureStreams.Tool.Tests;

/// <summary><c>sstreams policy show</c>.</summary>
public sealed partial class PolicyShowTests : IDisposable
{
    private static readonly string[] Layers = ["--policy", "base.json", "--overlay", "site.json", "--overlay", "device.json"];

    private readonly TestDirectory _directory = LayeredPolicy.Create();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Without_a_name_the_streamtypes_are_listed() =>
        (await ShowAsync()).Is(0, """
            health  client  h1  api.example.com:80    device.json(5,7)
            inbox   server  h1  :8080                 base.json(14,7)
            upload  client  h1  api.example.com:9443  base.json(8,7)

            """, "");

    [Fact]
    public async Task The_list_shows_every_form_of_endpoint()
    {
        _directory.Add("forms.json", """
            { "schema-version": 1, "s": [
              { "address": { "endpoint": "::1", "port": 80, "protocol": "h1" } },
              { "anywhere": { "endpoint": "${where}", "port": 80, "protocol": "h1", "metadata": [{ "where": "" }] } },
              { "socket": { "endpoint": "+/run/peer.sock", "port": 80, "protocol": "h1" } },
              { "nowhere": { "endpoint": "example.com", "protocol": "mqtt", "mqtt_topic": "t" } }
            ] }
            """);
        (await _directory.RunAsync("policy", "show", "--policy", "forms.json")).Is(0, """
            address   client  h1    [::1]:80         forms.json(2,5)
            anywhere  client  h1    ${where}:80      forms.json(3,5)
            nowhere   client  mqtt  example.com      forms.json(5,5)
            socket    client  h1    +/run/peer.sock  forms.json(4,5)

            """, "");
    }

    [Fact]
    public async Task Every_value_has_the_place_of_the_layer_that_decided() =>
        Assert.Equal("""
            streamtype 'upload' base.json(8,7)
            endpoint "api.example.com" base.json(9,19)
            port 9443 device.json(4,27)
            protocol "h1" base.json(9,63)
            retry "patient" base.json(10,67)
            retry scheme 'patient' base.json(3,15)
            backoff [100,300] base.json(3,39)
            conceal 9 site.json(3,39)
            metadata 'id' "" base.json(11,28)
            metadata 'kind' "x-kind" base.json(11,44)
            metadata 'site' "x-site" site.json(5,56)
            via-socks5 "(redacted)" base.json(12,21)
            tls true base.json(9,76)
            tls_trust_store "known" base.json(9,101)
            trust store 'known' base.json(5,22)
            stack ["root"] base.json(5,48)
            certificate 'root' (sha256, bytes) base.json(4,23)
            use_auth "token" base.json(10,90)
            auth scheme 'token' base.json(6,14)
            type "other" base.json(6,39)
            blob 1 base.json(6,56)
            http_url "/images/${id}" base.json(10,41)
            http_auth_header "authorization" base.json(10,119)

            """, WithoutColumns((await ShowAsync("upload")).Exits(0).Text));

    [Fact]
    public async Task All_shows_defaults_too()
    {
        var stated = WithoutColumns((await ShowAsync("upload")).Exits(0).Text).Split('\n');
        var all = WithoutColumns((await ShowAsync("upload", "--all")).Exits(0).Text).Split('\n');
        Assert.Empty(stated.Except(all));
        Assert.Contains("http_method \"GET\" default", all);
        Assert.Contains("jitterpc 30 default", all);
        Assert.Contains("http_expect (200 to 299) default", all);
        Assert.DoesNotContain(all, static line => line.StartsWith("mqtt_", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Json_has_the_same_as_data()
    {
        using var document = JsonDocument.Parse((await ShowAsync("upload", "--format", "json")).Exits(0).Output);
        Assert.Equal(["version", "streamtype"], document.RootElement.EnumerateObject().Select(static one => one.Name));
        var values = document.RootElement.GetProperty("streamtype").GetProperty("values").EnumerateArray().ToList();
        var port = values.Single(static value => value.GetProperty("attribute").GetString() == "port");
        Assert.Equal(9443, port.GetProperty("value").GetInt32());
        Assert.Equal("device.json", port.GetProperty("at").GetProperty("file").GetString());
        var conceal = values.Single(static value => value.GetProperty("attribute").GetString() == "retry").GetProperty("parts")[0].GetProperty("values")[1];
        Assert.Equal(("conceal", 9, "site.json"), (conceal.GetProperty("attribute").GetString(), conceal.GetProperty("value").GetInt32(), conceal.GetProperty("at").GetProperty("file").GetString()));
    }

    [Fact]
    public async Task Json_lists_the_streamtypes()
    {
        using var document = JsonDocument.Parse((await ShowAsync("--format", "json")).Exits(0).Output);
        using var expected = JsonDocument.Parse("""
            {
              "version": 1,
              "streamtypes": [
                { "name": "health", "role": "client", "protocol": "h1", "endpoint": "api.example.com", "port": 80, "at": { "file": "device.json", "line": 5, "column": 7 } },
                { "name": "inbox", "role": "server", "protocol": "h1", "endpoint": "", "port": 8080, "at": { "file": "base.json", "line": 14, "column": 7 } },
                { "name": "upload", "role": "client", "protocol": "h1", "endpoint": "api.example.com", "port": 9443, "at": { "file": "base.json", "line": 8, "column": 7 } }
              ]
            }
            """);
        Assert.True(JsonElement.DeepEquals(expected.RootElement, document.RootElement), document.RootElement.ToString());
    }

    [Theory]
    [InlineData("uplaod", "; did you mean 'upload'?")]
    [InlineData("old", "; without STREAMTYPE those that it has are listed")]
    public async Task An_unknown_streamtype_exits_2(string name, string hint) =>
        (await ShowAsync(name)).Is(2, "", $"sstreams: error: the policy has no streamtype '{name}'{hint}\n");

    [Fact]
    public async Task A_policy_that_cannot_be_used_exits_2()
    {
        _directory.Add("wrong.json", """{ "schema-version": 1, "s": [{ "upload": { "port": 70000 } }] }""");
        var result = (await ShowAsync("upload", "--overlay", "wrong.json")).Exits(2);
        Assert.Equal("", result.Text);
        Assert.Contains("wrong.json(1,52): error SSP0102: ", result.Errors, StringComparison.Ordinal);
        Assert.EndsWith("base.json: failed, 1 error, 1 warning\n", result.Errors, StringComparison.Ordinal);
        (await ShowAsync("upload", "--product", "lamp")).Exits(2);
        (await ShowAsync("upload", "--product", "camera")).Exits(0);
        (await ShowAsync("upload", "--strict")).Exits(2);
    }

    [Fact]
    public async Task Secrets_are_never_shown()
    {
        foreach (var format in new[] { "text", "json" })
        {
            var result = (await ShowAsync("upload", "--all", "--format", format)).Exits(0);
            Assert.Contains("(redacted)", result.Text, StringComparison.Ordinal);
            Assert.DoesNotContain(LayeredPolicy.Secret, result.Text + result.Errors, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Control_characters_of_a_policy_do_not_reach_the_terminal()
    {
        var text = """{ "schema-version": 1, "s": [{ "o\u001b[31mne\u202e": { "endpoint": "example.com", "metadata": [{ "\u202ex": "" }] } }] }"""u8.ToArray();
        foreach (var format in new[] { "text", "json" })
        {
            foreach (var name in new[] { [], new[] { "o\u001b[31mne\u202e" } })
            {
                var result = (await Tool.RunAsync(text, _directory.Path, ["policy", "show", "--policy", "-", "--format", format, .. name])).Exits(0);
                Assert.DoesNotContain(result.Text, static one => (char.IsControl(one) && one != '\n') || one == '\u202e');
            }
        }

        var json = await Tool.RunAsync(text, _directory.Path, "policy", "show", "--policy", "-", "--format", "json");
        using var document = JsonDocument.Parse(json.Output);
        Assert.Equal("o\u001b[31mne\u202e", document.RootElement.GetProperty("streamtypes")[0].GetProperty("name").GetString());
    }

    [Fact]
    public async Task A_file_gets_what_standard_output_would()
    {
        var expected = (await ShowAsync("upload")).Exits(0).Text;
        (await ShowAsync("upload", "--output", "out")).Is(0, "", "");
        Assert.Equal(expected, await File.ReadAllTextAsync(_directory["out"], TestContext.Current.CancellationToken));
    }

    private Task<ToolResult> ShowAsync(params string[] arguments) => _directory.RunAsync(["policy", "show", .. Layers, .. arguments]);

    // How wide the columns are is no promise; nor is what tells a certificate of one run from that of another.
    private static string WithoutColumns(string text) => Digest().Replace(Blanks().Replace(text, " "), "(sha256, bytes)").Replace("\n ", "\n", StringComparison.Ordinal);

    [GeneratedRegex(" +")]
    private static partial Regex Blanks();

    [GeneratedRegex(@"\(sha256:[0-9a-f]{16}, \d+ bytes\)")]
    private static partial Regex Digest();
}
