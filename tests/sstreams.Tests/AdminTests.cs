using System.Text.Json;
using Xunit;

namespace SecureStreams.Tool.Tests;

/// <summary>A process that serves is asked, planned for and changed by others, and follows its file.</summary>
public sealed class AdminTests : IDisposable
{
    private readonly TestDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_server_that_runs_is_asked_planned_for_and_changed()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Unix sockets.");
        var server = ServeHost.Server("inbox", "raw");
        await using var host = await ServeHost.StartAsync(_directory, [server], "--admin", "admin.sock");
        using var client = await host.ConnectAsync("inbox");
        await TestPoll.UntilAsync(async () => (await StatusAsync()).GetProperty("status").GetProperty("connected").GetInt32() == 1, "The stream is not told.");
        var status = await RunAsync(0, "status", "--admin", "admin.sock");
        Assert.Contains($"listener 'inbox' at {host.EndPoint("inbox")}, 1 streams", status, StringComparison.Ordinal);
        Assert.Contains("stream inbox#", status, StringComparison.Ordinal);

        _directory.Add("next.json", ServeHost.Policy(ServeHost.Server("inbox", "raw", "\"max_connections\": 7")));
        var plan = await RunAsync(0, "policy", "plan", "--policy", "next.json", "--against", "admin.sock");
        Assert.Equal("listener 'inbox': Live (live)\nwould be applied over policy revision 0: 1 changed, 0 added, 0 removed\n", string.Join('\n', plan.Split('\n').Where(static line => !line.StartsWith("stream ", StringComparison.Ordinal))));
        Assert.Equal(plan, await RunAsync(1, "policy", "plan", "--policy", "next.json", "--against", "unix:admin.sock", "--exit-code"));
        var applied = await RunAsync(0, "policy", "apply", "--policy", "next.json", "--to", "admin.sock");
        Assert.Contains("applied, policy revision 1: 1 changed, 0 added, 0 removed\n", applied, StringComparison.Ordinal);
        Assert.Equal(1, (await StatusAsync()).GetProperty("status").GetProperty("revision").GetInt64());

        _directory.Add("bad.json", """{ "s": [{ "inbox": { "server": true, "port": 70000 } }] }""");
        foreach (var command in new[] { "plan", "apply" })
        {
            var refused = await Tool.RunAsync([], _directory.Path, "policy", command, "--policy", "bad.json", command == "plan" ? "--against" : "--to", "admin.sock");
            Assert.Equal((2, ""), (refused.ExitCode, refused.Text));
            Assert.Contains("bad.json(1,", refused.Errors, StringComparison.Ordinal);
            Assert.Contains("refused, and policy revision 1 stays in force there", refused.Errors, StringComparison.Ordinal);
        }

        var end = await Tool.RunAsync([], _directory.Path, "policy", "apply", "--revert", "--to", "admin.sock");
        Assert.Equal(2, end.ExitCode);
        Assert.Contains("no policy is on trial", end.Errors, StringComparison.Ordinal);
        client.Dispose();
        Assert.Equal(0, (await host.StopAsync()).ExitCode);
        Assert.False(File.Exists(Path.Combine(_directory.Path, "admin.sock")));
        var gone = await Tool.RunAsync([], _directory.Path, "status", "--admin", "admin.sock");
        Assert.Equal(2, gone.ExitCode);
        Assert.Contains("nobody answers there", gone.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_follows_its_file()
    {
        await using var host = await ServeHost.StartAsync(_directory, [ServeHost.Server("inbox", "raw")], "--watch");
        _directory.Add("policy.json", ServeHost.Policy(ServeHost.Server("inbox", "raw", "\"max_connections\": 7")));
        await host.Tool.WaitForErrorsAsync(static text => text.Contains("revision 1 by", StringComparison.Ordinal));
        _directory.Add("policy.json", """{ "s": [{ "inbox": { "server": true, "port": 70000 } }] }""");
        await host.Tool.WaitForErrorsAsync(static text => text.Contains("policy revision 1 stays in force", StringComparison.Ordinal));
        Assert.Contains("policy.json(1,", host.Tool.Errors, StringComparison.Ordinal);
        Assert.Equal(0, (await host.StopAsync()).ExitCode);
    }

    [Theory]
    [InlineData("Give one of --policy, --confirm and --revert", "policy", "apply", "--to", "x.sock")]
    [InlineData("Give one of --policy, --confirm and --revert", "policy", "apply", "--to", "x.sock", "--policy", "a.json", "--revert")]
    [InlineData("--overlay belongs to --policy", "policy", "apply", "--to", "x.sock", "--revert", "--overlay", "a.json")]
    [InlineData("--watch needs files", "serve", "inbox", "--policy", "-", "--watch")]
    [InlineData("nobody answers there", "status", "--admin", "no-such.sock")]
    public async Task What_makes_no_sense_is_said(string reason, params string[] arguments)
    {
        var result = await Tool.RunAsync([], _directory.Path, arguments);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(reason, result.Errors, StringComparison.Ordinal);
    }

    private async Task<JsonElement> StatusAsync()
    {
        using var json = JsonDocument.Parse(await RunAsync(0, "status", "--admin", "admin.sock", "--format", "json"));
        return json.RootElement.Clone();
    }

    private async Task<string> RunAsync(int expected, params string[] arguments)
    {
        var result = await Tool.RunAsync([], _directory.Path, arguments);
        Assert.True(expected == result.ExitCode, $"{result.ExitCode}: {result.Errors}");
        return result.Text;
    }
}
