using SecureStreams.Policy;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.TestSupport.Servers;
using Xunit;

namespace SecureStreams.Tests.Context;

/// <summary>Contexts made of a base and overlays: from files, and from a test's own text.</summary>
public sealed class OverlayTests : IDisposable
{
    private const string Base = """
        { "retry": [{ "slow": { "backoff": [60000], "conceal": 65535 } }],
          "s": [{ "api": { "endpoint": "api.invalid", "port": 443, "protocol": "h2", "tls": true, "http_url": "/echo", "http_method": "POST", "retry": "slow" } }] }
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("overlays-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_test_moves_a_streamtype_to_a_server_of_its_own()
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var context = SsContext.FromFile(Write("base.json", Base), new() { Overlays = [ToLoopback(host)] });
        await AssertEchoAsync(context);
    }

    [Fact]
    public async Task Overlays_from_files_come_first_and_those_of_the_options_on_top()
    {
        await using var host = await KestrelTestHost.StartAsync();
        var site = Write("site.json", """{ "s": [{ "api": { "endpoint": "site.invalid", "http_method": null } }] }""");
        var options = new SsContextOptions { Overlays = [ToLoopback(host), PolicyDocument.FromJson("""{ "s": [{ "api": { "http_method": "POST" } }] }""", "method")] };
        await using var context = SsContext.FromFiles([Write("base.json", Base), site], options);
        await AssertEchoAsync(context);
    }

    [Fact]
    public async Task A_failing_overlay_makes_no_context_says_why_and_leaves_what_runs_alone()
    {
        await using var host = await KestrelTestHost.StartAsync();
        var file = Write("base.json", Base);
        await using var running = SsContext.FromFile(file, new() { Overlays = [ToLoopback(host)] });

        var wrong = Write("wrong.json", "{ \"s\": [{ \"api\": {\n  \"port\": 70000, \"retry\": \"none\" } }] }");
        var error = Assert.Throws<SsPolicyException>(() => SsContext.FromFiles([file, wrong]));
        Assert.Contains($"{wrong}(2,11): error SSP0102", error.Message, StringComparison.Ordinal);
        Assert.Contains($"{wrong}(2,27): error SSP0202", error.Message, StringComparison.Ordinal);
        Assert.Contains($"'{file}' with '{wrong}'", error.Message, StringComparison.Ordinal);
        await AssertEchoAsync(running);
    }

    [Fact]
    public void No_file_at_all_is_the_callers_mistake() => Assert.Throws<ArgumentException>(static () => SsContext.FromFiles([]));

    private static PolicyDocument ToLoopback(KestrelTestHost host) => PolicyDocument.FromJson(
        $$"""{ "s": [{ "api": { "endpoint": "127.0.0.1", "port": {{host.HttpPort}}, "protocol": "h1", "tls": false } }] }""", "to loopback");

    private static async Task AssertEchoAsync(SsContext context)
    {
        using var handler = new BodyHandler("over here"u8.ToArray()) { KeepPayload = true };
        await using var stream = context.Create("api", handler);
        stream.RequestTransmit(9);
        await handler.WaitForStateAsync(SsState.Disconnected);
        Assert.Equal("over here", handler.ReceivedText);
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }
}
