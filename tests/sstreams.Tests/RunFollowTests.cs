using SecureStreams.TestSupport.Servers;

namespace SecureStreams.Tool.Tests;

/// <summary>Runs that are asked and changed by others, and that follow their file.</summary>
public sealed class RunFollowTests : IAsyncLifetime
{
    private readonly TestDirectory _directory = new();
    private KestrelTestHost _host = null!;
    private KestrelTestHost _other = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await KestrelTestHost.StartAsync();
        _other = await KestrelTestHost.StartAsync();
        _directory.Add("policy.json", Policy(_host.HttpPort));
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _other.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task A_run_is_asked_and_changed_by_its_socket()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Unix sockets and signals.");
        await using var run = await EchoRun.StartAsync(_directory.Path, "chat", "--policy", "policy.json", "--lines", "--admin", "run.sock");
        Assert.Contains("stream chat#1 is Connected: connected", (await RunAsync("status", "--admin", "run.sock")).Exits(0).Text, StringComparison.Ordinal);

        _directory.Add("next.json", Policy(_other.HttpPort));
        Assert.Contains("stream chat#1: ", (await RunAsync("policy", "plan", "--policy", "next.json", "--against", "run.sock")).Exits(0).Text, StringComparison.Ordinal);
        (await RunAsync("policy", "apply", "--policy", "next.json", "--to", "run.sock")).Exits(0);
        await TestPoll.UntilAsync(() => Task.FromResult(_other.Http.Accepted > 0), "It does not move.");
        await run.SpeakAsync();
        (await run.InterruptAsync()).Exits(130);
        Assert.False(File.Exists(Path.Combine(_directory.Path, "run.sock")));
    }

    [Fact]
    public async Task A_run_follows_its_file()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no POSIX signals here.");
        await using var run = await EchoRun.StartAsync(_directory.Path, "chat", "--policy", "policy.json", "--lines", "--watch");
        _directory.Add("policy.json", """{ "s": [{ "chat": { "endpoint": "127.0.0.1", "port": 70000 } }] }""");
        await run.Tool.WaitForErrorsAsync(static text => text.Contains("policy revision 0 stays in force", StringComparison.Ordinal));
        Assert.Contains("policy.json(1,", run.Tool.Errors, StringComparison.Ordinal);
        await run.SpeakAsync();
        _directory.Add("policy.json", Policy(_other.HttpPort));
        await run.Tool.WaitForErrorsAsync(static text => text.Contains("note: revision 1 by", StringComparison.Ordinal));
        await TestPoll.UntilAsync(() => Task.FromResult(_other.Http.Accepted > 0), "It does not move.");
        await run.SpeakAsync();
        (await run.InterruptAsync()).Exits(130);
    }

    [Fact]
    public async Task A_socket_that_cannot_be_had_is_told()
    {
        _directory.Add("taken", "no socket");
        var result = (await RunAsync("run", "chat", "--policy", "policy.json", "--lines", "--admin", "taken")).Exits(2);
        Assert.Contains("taken", result.Errors, StringComparison.Ordinal);
    }

    private static string Policy(int port) => $$"""{ "retry": [{ "r": { "backoff": [50], "conceal": 100, "jitterpc": 0 } }], "s": [{ "chat": { "endpoint": "127.0.0.1", "port": {{port}}, "protocol": "ws", "http_url": "/ws/echo", "ws_subprotocol": "", "retry": "r" } }] }""";

    private Task<ToolResult> RunAsync(params string[] arguments) => Tool.RunAsync([], _directory.Path, arguments);
}
