using System.Text;
using System.Text.Json;

namespace SecureStreams.Tool.Tests;

/// <summary><c>sstreams policy diff</c>.</summary>
public sealed class PolicyDiffTests : IDisposable
{
    private const string SiteChanges = """
        ~ retry scheme 'patient': conceal 2 -> 9 (next_attempt) base.json(3,62) -> site.json(3,39)
        - streamtype 'old' base.json(15,7)
        ~ streamtype 'upload': port 443 -> 8443 (reconnect) base.json(9,46) -> site.json(5,27)
        ~ streamtype 'upload': metadata 'site' (none) -> "x-site" (recreate) (not stated) -> site.json(5,56)
        ~ streamtype 'upload': conceal 2 -> 9 (next_attempt) base.json(3,62) -> site.json(3,39) via retry scheme 'patient'

        """;

    private const string DeviceChanges = """
        + streamtype 'health' device.json(5,7)
        ~ streamtype 'upload': port 8443 -> 9443 (reconnect) site.json(5,27) -> device.json(4,27)
        ~ streamtype 'upload': http_method "PUT" -> (default: GET) (next_attempt) base.json(10,22) -> (not stated)

        """;

    private readonly TestDirectory _directory = LayeredPolicy.Create();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_policy_alone_is_compared_with_itself_under_overlays() => (await DiffAsync("--policy", "base.json", "--overlay", "site.json")).Is(0, SiteChanges, "");

    [Fact]
    public async Task Either_side_can_have_overlays()
    {
        (await DiffAsync("--policy", "base.json", "--overlay-before", "site.json", "--overlay", "site.json", "--overlay", "device.json")).Is(0, DeviceChanges, "");
        (await DiffAsync("base.json", "base.json", "--overlay-before", "site.json", "--overlay", "site.json", "--overlay", "device.json")).Is(0, DeviceChanges, "");
        var removed = (await DiffAsync("--policy", "base.json", "--overlay-before", "site.json")).Exits(0);
        Assert.Contains("+ streamtype 'old' base.json(15,7)\n", removed.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_policies_are_compared_by_meaning()
    {
        var text = await File.ReadAllTextAsync(_directory["base.json"], TestContext.Current.CancellationToken);
        _directory.Add("same.json", text.Replace("  ", "\t", StringComparison.Ordinal).Replace("\"old\": { ", "\"old\": { \"nailed_up\": false, ", StringComparison.Ordinal));
        (await DiffAsync("--exit-code", "base.json", "same.json")).Is(0, "", "");
        _directory.Add("next.json", text.Replace("/images/", "/pictures/", StringComparison.Ordinal));
        (await DiffAsync("base.json", "next.json")).Is(
            0, "~ streamtype 'upload': http_url \"/images/${id}\" -> \"/pictures/${id}\" (next_attempt) base.json(10,41) -> next.json(10,41)\n", "");
    }

    [Fact]
    public async Task The_exit_status_tells_only_when_asked()
    {
        (await DiffAsync("--policy", "base.json", "--overlay", "site.json", "--exit-code")).Is(1, SiteChanges, "");
        (await DiffAsync("--exit-code", "base.json", "base.json")).Is(0, "", "");
    }

    [Fact]
    public async Task Json_has_the_same_as_data()
    {
        using var document = JsonDocument.Parse((await DiffAsync("--policy", "base.json", "--overlay", "site.json", "--format", "json")).Exits(0).Output);
        var root = document.RootElement;
        Assert.Equal(["version", "before", "after", "equal", "differences"], root.EnumerateObject().Select(static one => one.Name));
        Assert.False(root.GetProperty("equal").GetBoolean());
        Assert.Equal("base.json", root.GetProperty("before").GetProperty("file").GetString());
        Assert.Equal(0, root.GetProperty("before").GetProperty("overlays").GetArrayLength());
        Assert.Equal("site.json", Assert.Single(root.GetProperty("after").GetProperty("overlays").EnumerateArray()).GetString());
        var streamTypes = root.GetProperty("differences").GetProperty("s");
        Assert.Equal("old", Assert.Single(streamTypes.GetProperty("removed").EnumerateArray()).GetProperty("name").GetString());
        var upload = Assert.Single(streamTypes.GetProperty("changed").EnumerateArray());
        Assert.Equal(("upload", "recreate"), (upload.GetProperty("name").GetString(), upload.GetProperty("impact").GetString()));
        Assert.Equal(["port", "metadata", "conceal"], upload.GetProperty("changes").EnumerateArray().Select(static change => change.GetProperty("attribute").GetString()));

        using var equal = JsonDocument.Parse((await DiffAsync("base.json", "base.json", "--format", "json")).Exits(0).Output);
        Assert.True(equal.RootElement.GetProperty("equal").GetBoolean());
    }

    [Fact]
    public async Task Secrets_are_never_shown()
    {
        _directory.Add("other.json", """{ "schema-version": 1, "s": [{ "upload": { "via-socks5": "me:xyzzy-99@proxy.example.com:1080" } }] }""");
        foreach (var format in new[] { "text", "json" })
        {
            var result = (await DiffAsync("--exit-code", "--policy", "base.json", "--overlay", "other.json", "--format", format)).Exits(1);
            Assert.Contains("via-socks5", result.Text, StringComparison.Ordinal);
            Assert.DoesNotContain(LayeredPolicy.Secret, result.Text, StringComparison.Ordinal);
            Assert.DoesNotContain("xyzzy", result.Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Standard_input_can_be_what_both_sides_begin_with()
    {
        var text = await File.ReadAllBytesAsync(_directory["base.json"], TestContext.Current.CancellationToken);
        (await Tool.RunAsync(text, _directory.Path, "policy", "diff", "--policy", "-", "--overlay", "site.json")).Is(
            0, SiteChanges.Replace("base.json", "<stdin>", StringComparison.Ordinal), "");
        (await Tool.RunAsync(text, _directory.Path, "policy", "diff", "--exit-code", "base.json", "-")).Is(0, "", "");
    }

    [Fact]
    public async Task A_policy_that_cannot_be_used_exits_2()
    {
        _directory.Add("wrong.json", """{ "schema-version": 1, "s": [{ "upload": { "port": 70000 } }] }""");
        var after = (await DiffAsync("--policy", "base.json", "--overlay", "wrong.json")).Exits(2);
        Assert.Equal("", after.Text);
        Assert.Single(after.Errors.Split('\n'), static line => line.StartsWith("wrong.json(1,52): error SSP0102: ", StringComparison.Ordinal));
        Assert.Single(after.Errors.Split('\n'), static line => line.StartsWith("base.json: failed, ", StringComparison.Ordinal));

        // What both have is told once.
        _directory.Add("empty.json", """{ "schema-version": 1 }""");
        var both = (await DiffAsync("--policy", "wrong.json", "--overlay", "empty.json")).Exits(2);
        Assert.Single(both.Errors.Split('\n'), static line => line.StartsWith("wrong.json: failed, ", StringComparison.Ordinal));
        (await DiffAsync("base.json", "absent.json")).Is(2, "", "sstreams: error: absent.json: cannot be read: there is no such file\n");
        (await DiffAsync("--product", "lamp", "base.json", "base.json")).Exits(2);
    }

    [Fact]
    public async Task A_file_gets_what_standard_output_would()
    {
        (await DiffAsync("--policy", "base.json", "--overlay", "site.json", "--exit-code", "--output", "out")).Is(1, "", "");
        Assert.Equal(Encoding.UTF8.GetBytes(SiteChanges), await File.ReadAllBytesAsync(_directory["out"], TestContext.Current.CancellationToken));
    }

    private Task<ToolResult> DiffAsync(params string[] arguments) => _directory.RunAsync(["policy", "diff", .. arguments]);
}
