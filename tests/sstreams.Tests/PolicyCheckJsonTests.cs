using System.Text.Json;

namespace SecureStreams.Tool.Tests;

/// <summary><c>sstreams policy check --format json</c>.</summary>
public sealed class PolicyCheckJsonTests
{
    [Fact]
    public async Task One_object_tells_all_files()
    {
        var result = (await Tool.RunAsync("policy", "check", "--format", "json", "warnings.json", "twelve-mistakes.json")).Exits(2);
        Assert.Equal("", result.Errors);
        using var document = JsonDocument.Parse(result.Output);
        var root = document.RootElement;
        Assert.Equal(["version", "files", "errors", "warnings", "diagnostics", "accepted_not_acted_on"], root.EnumerateObject().Select(static one => one.Name));
        Assert.Equal(1, root.GetProperty("version").GetInt32());
        Assert.Equal(11, root.GetProperty("errors").GetInt32());
        Assert.Equal(5, root.GetProperty("warnings").GetInt32());
        Assert.Equal(16, root.GetProperty("diagnostics").GetArrayLength());
        Same("""
            [
              { "file": "warnings.json", "overlays": [], "ok": true, "streamtypes": 2, "errors": 0, "warnings": 4 },
              { "file": "twelve-mistakes.json", "overlays": [], "ok": false, "streamtypes": 0, "errors": 11, "warnings": 1 }
            ]
            """, root.GetProperty("files"));
        Same("""
            { "id": "SSP0106", "severity": "warning", "file": "warnings.json", "line": 5, "column": 68, "path": "$.s[0].one.tls",
              "message": "streamtype 'one': tls is 0; read as false", "value": "0", "help": "Write false or true." }
            """, root.GetProperty("diagnostics")[0]);
        Same("""
            { "id": "SSP0103", "severity": "error", "file": "twelve-mistakes.json", "line": 11, "column": 19, "path": "$.s[0].weather.protocol",
              "message": "streamtype 'weather': protocol is 'http'; allowed are h1, h2, h3, ws, mqtt, raw",
              "value": "http", "allowed": ["h1", "h2", "h3", "ws", "mqtt", "raw"], "help": "Choose one of the values that the message lists. Values are case sensitive." }
            """, root.GetProperty("diagnostics").EnumerateArray().Single(static one => one.GetProperty("id").GetString() == "SSP0103"));
        Assert.Equal([("htp_url", "http_url"), ("rooot", "root"), ("endpont", "endpoint"), ("stor", "store"), ("defualt", "default")],
            root.GetProperty("diagnostics").EnumerateArray().Where(static one => one.TryGetProperty("suggestion", out _))
                .Select(static one => (one.GetProperty("value").GetString()!, one.GetProperty("suggestion").GetString()!)));
        Same("""
            [{ "attribute": "h2q_oflow_txcr", "in": "streamtype 'one'", "file": "warnings.json", "line": 5, "column": 106 }]
            """, root.GetProperty("accepted_not_acted_on"));
    }

    [Fact]
    public async Task Strict_makes_warnings_errors()
    {
        var result = (await Tool.RunAsync("policy", "check", "--strict", "--format", "json", "--policy", "warnings.json")).Exits(2);
        using var document = JsonDocument.Parse(result.Output);
        Assert.Equal(4, document.RootElement.GetProperty("errors").GetInt32());
        Assert.All(document.RootElement.GetProperty("diagnostics").EnumerateArray(), static one => Assert.Equal("error", one.GetProperty("severity").GetString()));
        Assert.Equal(0, document.RootElement.GetProperty("accepted_not_acted_on").GetArrayLength());
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_is_a_problem_and_an_error()
    {
        var result = (await Tool.RunAsync("policy", "check", "--format", "json", "absent.json", "warnings.json")).Exits(2);
        Assert.Equal("sstreams: error: absent.json: cannot be read: there is no such file\n", result.Errors);
        using var document = JsonDocument.Parse(result.Output);
        Assert.Equal(1, document.RootElement.GetProperty("errors").GetInt32());
        Same("""
            { "file": "absent.json", "overlays": [], "ok": false, "streamtypes": 0, "errors": 1, "warnings": 0,
              "problem": "absent.json: cannot be read: there is no such file" }
            """, document.RootElement.GetProperty("files")[0]);
        Assert.True(document.RootElement.GetProperty("files")[1].GetProperty("ok").GetBoolean());
    }

    [Fact]
    public async Task Overlays_belong_to_their_base_in_the_order_given()
    {
        var result = await Tool.RunAsync("policy", "check", "--format", "json", "--overlay", "warnings.json", "--policy", "warnings.json", "--overlay", "./warnings.json");
        using var document = JsonDocument.Parse(result.Output);
        var file = Assert.Single(document.RootElement.GetProperty("files").EnumerateArray());
        Assert.Equal("warnings.json", file.GetProperty("file").GetString());
        Assert.Equal(["warnings.json", "./warnings.json"], file.GetProperty("overlays").EnumerateArray().Select(static one => one.GetString()));
    }

    [Fact]
    public async Task Control_characters_of_a_policy_do_not_reach_the_terminal()
    {
        var text = """{ "schema-version": 1, "s": [{ "o\u001b[31mne": { "endpoint": "example.com", "\u202eport\r\nx": 1 } }] }"""u8.ToArray();
        foreach (var format in new[] { "json", "sarif" })
        {
            var result = (await Tool.RunAsync(text, null, "policy", "check", "--format", format, "-")).Exits(0);
            Assert.DoesNotContain(result.Text, static one => (char.IsControl(one) && one != '\n') || one == '\u202e');
        }
    }

    private static void Same(string expected, JsonElement actual)
    {
        using var document = JsonDocument.Parse(expected);
        Assert.True(JsonElement.DeepEquals(document.RootElement, actual), $"{actual}\nis not\n{expected}");
    }
}
