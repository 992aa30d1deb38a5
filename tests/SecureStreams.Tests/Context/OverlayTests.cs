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
    public async Task The_last_overlay_is_made_of_the_sum_of_the_rest_at_the_start_and_with_each_change()
    {
        var seen = new List<double>();
        var site = PolicyDocument.FromJson("""{ "s": [{ "api": { "timeout_ms": 2000 } }] }""", "site");
        var options = new SsContextOptions { Overlays = [site], LastOverlay = Last };
        await using var context = SsContext.FromDocuments([PolicyDocument.FromJson(Base, "base")], options);
        Assert.Equal(2001, TimeoutOf(context.Policy));
        Assert.True(context.ApplyOverlay("""{ "s": [{ "api": { "timeout_ms": 3000 } }] }""", "later").Applied);
        Assert.Equal(3001, TimeoutOf(context.Policy));
        Assert.True(context.UpdatePolicy(Base).Applied);
        Assert.Equal(3001, TimeoutOf(context.Policy));

        // What it throws refuses the change.
        Assert.Contains("no more", context.ApplyOverlay("""{ "s": [{ "api": { "timeout_ms": 9000 } }] }""", "later").Refusal, StringComparison.Ordinal);
        Assert.Equal(3001, TimeoutOf(context.Policy));
        Assert.NotNull(context.RemoveOverlay("later"));
        Assert.Equal(2001, TimeoutOf(context.Policy));
        Assert.Equal([2000, 3000, 3000, 9000, 2000], seen);

        static double TimeoutOf(PolicyModel model) => model.StreamTypes["api"].Find("timeout_ms")!.Value.Value.Number;

        PolicyDocument? Last(PolicyModel sum)
        {
            var timeout = TimeoutOf(sum);
            seen.Add(timeout);
            return timeout == 9000
                ? throw new SsPolicyException("no more")
                : PolicyDocument.FromJson(string.Create(System.Globalization.CultureInfo.InvariantCulture, $$"""{ "s": [{ "api": { "timeout_ms": {{timeout + 1}} } }] }"""), "last");
        }
    }

    [Fact]
    public void Documents_without_a_base_or_a_name_are_the_callers_mistake()
    {
        Assert.Throws<ArgumentException>(static () => SsContext.FromDocuments([]));
        Assert.Throws<ArgumentException>(static () => SsContext.FromDocuments([default]));
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
