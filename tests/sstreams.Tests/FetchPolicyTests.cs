using System.Diagnostics;
using System.Text.Json;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.TestSupport.Servers;

namespace SecureStreams.Tool.Tests;

/// <summary>Programs that take their policy from a server: at the start, while they run, and when it is not there.</summary>
public sealed class FetchPolicyTests : IAsyncLifetime
{
    private const string Refresh = "\"policy_refresh_s\": 5, ";

    private readonly TestDirectory _directory = new();
    private PolicyServer _server = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await PolicyServer.StartAsync();
        _directory.Add("policy.json", _server.Policy(1, Refresh));
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task A_run_begins_with_the_newest_policy_and_without_the_server_with_the_one_it_kept()
    {
        _server.Publish(_server.Policy(2, streams: Page));
        var first = (await RunAsync("run", "page", "--policy", "policy.json", "--fetch-policy", "--state", "state")).Exits(0);
        Assert.Equal(DeterministicBytes.Make(20), first.Output);
        Assert.Contains("sstreams: note: The fetched policy of revision 2 is in force; kept on disk: True\n", first.Errors, StringComparison.Ordinal);

        // What is refused is told with its place, and nothing is worse for it.
        _server.Publish("{ \"policy_revision\": 3,\n  \"s\": [{ \"page\": { \"port\": 70000 } }] }");
        var refused = (await RunAsync("run", "page", "--policy", "policy.json", "--fetch-policy", "--state", "state")).Exits(0);
        Assert.Equal(DeterministicBytes.Make(20), refused.Output);
        Assert.Contains("sstreams: note: The kept policy of revision 2, ", refused.Errors, StringComparison.Ordinal);
        Assert.Contains("sstreams: warning: The fetched policy is refused (Document), and the one in force stays: ", refused.Errors, StringComparison.Ordinal);
        Assert.Contains("fetched policy(2,", refused.Errors, StringComparison.Ordinal);

        _server.Instead = static context =>
        {
            context.Abort();
            return Task.CompletedTask;
        };
        var alone = (await RunAsync("run", "page", "--policy", "policy.json", "--fetch-policy", "--state", "state")).Exits(0);
        Assert.Equal(DeterministicBytes.Make(20), alone.Output);
        Assert.Contains("sstreams: warning: The policy could not be fetched, and the one in force stays (1 in a row): ", alone.Errors, StringComparison.Ordinal);

        // Without the folder there is the file alone.
        var bare = (await RunAsync("run", "page", "--policy", "policy.json", "--fetch-policy")).Exits(2);
        Assert.Contains("The policy has no streamtype 'page'", bare.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_laid_over_the_file_lies_over_what_is_fetched()
    {
        _server.Publish(_server.Policy(2, streams: Page));
        _directory.Add("site.json", """{ "s": [{ "page": { "endpoint": "127.0.0.1", "http_url": "/bytes/30" } }] }""");
        var result = (await RunAsync("run", "page", "--policy", "policy.json", "--overlay", "site.json", "--fetch-policy")).Exits(0);
        Assert.Equal(DeterministicBytes.Make(30), result.Output);
    }

    [Fact]
    public async Task A_policy_from_standard_input_says_where_the_next_is()
    {
        _server.Publish(_server.Policy(2, streams: Page));
        var result = (await Tool.RunAsync(System.Text.Encoding.UTF8.GetBytes(_server.Policy(1)), _directory.Path, "run", "page", "--policy", "-", "--fetch-policy")).Exits(0);
        Assert.Equal(DeterministicBytes.Make(20), result.Output);
    }

    [Fact]
    public async Task A_policy_from_a_pipe_is_read_once_and_says_where_the_next_is()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no named pipes in folders here.");
        _server.Publish(_server.Policy(2, streams: Page));
        _directory.AddPipe("pipe");
        await using var tool = Tool.Start(_directory.Path, readOutput: true, "run", "page", "--policy", "pipe", "--fetch-policy");
        await File.WriteAllTextAsync(_directory["pipe"], _server.Policy(1), TestContext.Current.CancellationToken);
        Assert.Equal(DeterministicBytes.Make(20), (await tool.WaitAsync()).Exits(0).Output);
    }

    [Fact]
    public async Task A_run_goes_on_over_policies_that_are_refused_and_that_are_newer()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no POSIX signals here.");
        _server.Publish(_server.Policy(1, Refresh));
        await using var run = await EchoRun.StartAsync(_directory.Path, "live", "--policy", "policy.json", "--fetch-policy");
        Assert.DoesNotContain("fetched", run.Tool.Errors, StringComparison.Ordinal);

        _server.Publish("{ \"policy_revision\": 2 ");
        await run.Tool.WaitForErrorsAsync(static text => text.Contains("warning: The fetched policy is refused (Document)", StringComparison.Ordinal));
        await run.SpeakAsync();
        _server.Publish(_server.Policy(0, Refresh));
        await run.Tool.WaitForErrorsAsync(static text => text.Contains("warning: The fetched policy is refused (Revision)", StringComparison.Ordinal));
        await run.SpeakAsync();
        _server.Publish(_server.Policy(3, Refresh, Page));
        await run.Tool.WaitForErrorsAsync(static text => text.Contains("note: The fetched policy of revision 3 is in force", StringComparison.Ordinal));
        await run.SpeakAsync();
        (await run.InterruptAsync()).Exits(130);
    }

    [Fact]
    public async Task What_is_served_follows_the_server_and_ends_in_order()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Unix sockets and signals.");
        static string Inbox(string more = "") => $$""", { "inbox": { "server": true, "protocol": "raw", "endpoint": "127.0.0.1", "port": 0{{more}} } }""";
        _directory.Add("policy.json", _server.Policy(1, Refresh, Inbox()));
        _server.Publish(_server.Policy(2, Refresh, Inbox(", \"max_connections\": 7")));
        await using var tool = Tool.Start(_directory.Path, readOutput: true, "serve", "inbox", "--policy", "policy.json", "--fetch-policy", "--state", "state", "--admin", "admin.sock");
        await tool.WaitForErrorsAsync(static text => text.Contains("note: The fetched policy of revision 2 is in force; kept on disk: True", StringComparison.Ordinal));
        JsonElement status = default;
        await TestPoll.UntilAsync(async () => (status = await StatusAsync()).ValueKind == JsonValueKind.Object && status.GetProperty("listeners").GetArrayLength() == 1, "Nobody listens.");
        Assert.Equal("fetched policy", status.GetProperty("source").GetString());

        _server.Publish(_server.Policy(3, Refresh, Inbox(", \"max_connections\": 9")));
        await tool.WaitForErrorsAsync(static text => text.Contains("note: The fetched policy of revision 3 is in force", StringComparison.Ordinal));
        status = await StatusAsync();
        Assert.Equal(JsonValueKind.Null, status.GetProperty("listeners")[0].GetProperty("problem").ValueKind);
        await Signals.SendAsync(tool, "INT");
        var result = (await tool.WaitAsync()).Exits(0);
        Assert.StartsWith("inbox: raw at 127.0.0.1:", result.Text, StringComparison.Ordinal);
        Assert.Equal(2, Directory.GetFiles(Path.Combine(_directory.Path, "state", "policy")).Length);
    }

    [Fact]
    public async Task A_streamtype_that_was_fetched_with_another_protocol_is_served_with_what_that_needs()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no POSIX signals here.");
        static string Inbox(string protocol) => $$""", { "inbox": { "server": true, "protocol": "{{protocol}}", "endpoint": "127.0.0.1", "port": 0 } }""";
        _directory.Add("policy.json", _server.Policy(1, Refresh, Inbox("raw")));
        _server.Publish(_server.Policy(2, Refresh, Inbox("h1")));
        await using var tool = Tool.Start(_directory.Path, readOutput: false, "serve", "inbox", "--policy", "policy.json", "--fetch-policy", "--json", "--exec", "sh -c \"echo $SS_METHOD $SS_PATH\"");
        using var reader = new StreamReader(tool.Output, leaveOpen: true);
        using var listeners = JsonDocument.Parse((await reader.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().OrFail(() => tool.Errors))!);
        var port = listeners.RootElement.GetProperty("listeners")[0].GetProperty("end_points")[0].GetProperty("port").GetInt32();
        using var client = new HttpClient();
        Assert.Equal("GET /a/b\n", await client.GetStringAsync(new Uri($"http://127.0.0.1:{port}/a/b"), TestContext.Current.CancellationToken));
        await Signals.SendAsync(tool, "TERM");
        (await tool.WaitAsync()).Exits(0);
    }

    [Fact]
    public async Task What_a_fetched_policy_knows_of_the_connection_no_client_says_of_itself()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no POSIX signals here.");
        static string Inbox(string more = "") => $$""", { "inbox": { "server": true, "protocol": "h1", "endpoint": "127.0.0.1", "port": 0{{more}} } }""";
        static string Who(string fact) => Inbox($$""", "metadata": [{ "who": "" }], "metadata_from_connection": [{ "who": "{{fact}}" }]""");
        _directory.Add("policy.json", _server.Policy(1, Refresh, Inbox()));
        _server.Publish(_server.Policy(2, Refresh, Who("local_port")));
        await using var tool = Tool.Start(_directory.Path, readOutput: false, "serve", "inbox", "--policy", "policy.json", "--fetch-policy", "--json", "--exec", "sh -c \"echo $SS_WHO $SS_PATH\"");
        using var reader = new StreamReader(tool.Output, leaveOpen: true);
        using var listeners = JsonDocument.Parse((await reader.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().OrFail(() => tool.Errors))!);
        var port = listeners.RootElement.GetProperty("listeners")[0].GetProperty("end_points")[0].GetProperty("port").GetInt32();
        Assert.Equal($"{port} /\n", await AskAsync());

        // The same of one that comes while it serves.
        _server.Publish(_server.Policy(3, Refresh, Who("local_ip")));
        await tool.WaitForErrorsAsync(static text => text.Contains("note: The fetched policy of revision 3 is in force", StringComparison.Ordinal));
        Assert.Equal("127.0.0.1 /\n", await AskAsync());
        await Signals.SendAsync(tool, "TERM");
        (await tool.WaitAsync()).Exits(0);

        async Task<string> AskAsync()
        {
            using var client = new HttpClient();
            return await client.GetStringAsync(new Uri($"http://127.0.0.1:{port}/?who=forged"), TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task A_signal_ends_the_wait_for_a_server_that_does_not_answer()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no POSIX signals here.");
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _server.Instead = async context =>
        {
            asked.TrySetResult();
            await Task.WhenAny(Task.Delay(Timeout.Infinite, context.RequestAborted));
        };
        await using var tool = Tool.Start(_directory.Path, readOutput: true, "run", "live", "--policy", "policy.json", "--fetch-policy");
        await asked.Task.OrFail(() => $"Nobody asks: {tool.Errors}");
        await Signals.SendAsync(tool, "INT");
        (await tool.WaitAsync()).Exits(130);
    }

    [Theory]
    [InlineData("open", "is open to others than its owner (mode 770); run: chmod 700 ")]
    [InlineData("link", "is a symbolic link, which is not followed")]
    [InlineData("others", "belongs to another user (uid 65534); run: chown ")]
    public async Task A_folder_of_state_that_others_decide_about_is_refused(string what, string reason)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Access lists decide here.");
        var folder = Directory.CreateDirectory(_directory["folder"]).FullName;
        const UnixFileMode Mine = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(folder, what == "open" ? Mine | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute : Mine);
        if (what == "link")
        {
            File.CreateSymbolicLink(_directory["link"], folder);
        }
        else if (what == "others")
        {
            Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Only root can give a folder away, and only root could use it then.");
            using var chown = Process.Start(OtherProgram.Find("chown"), ["65534", folder]);
            await chown.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(0, chown.ExitCode);
        }

        var result = (await RunAsync("run", "live", "--policy", "policy.json", "--fetch-policy", "--state", what == "link" ? "link" : "folder")).Exits(2);
        Assert.StartsWith("sstreams: error: --state: ", result.Errors, StringComparison.Ordinal);
        Assert.Contains(reason, result.Errors, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder));
        Assert.Empty(_server.Host.Requests);
    }

    [Theory]
    [InlineData("--state belongs to --fetch-policy", "run", "live", "--policy", "policy.json", "--state", "x")]
    [InlineData("Give one of --watch and --fetch-policy", "serve", "live", "--policy", "policy.json", "--watch", "--fetch-policy")]
    [InlineData("--watch needs files", "run", "live", "--policy", "-", "--watch")]
    [InlineData("--state: the file name is empty", "run", "live", "--policy", "policy.json", "--fetch-policy", "--state", "")]
    [InlineData("the policy has no client streamtype 'fetch_policy' of protocol h1 or h2", "run", "live", "--policy", "none.json", "--fetch-policy")]
    [InlineData("streamtype 'live' is a client; sstreams serve takes server streamtypes", "serve", "live", "--policy", "policy.json", "--fetch-policy")]
    public async Task What_makes_no_sense_is_said(string reason, params string[] arguments)
    {
        _directory.Add("none.json", """{ "s": [{ "live": { "endpoint": "127.0.0.1", "port": 9, "protocol": "raw" } }] }""");
        Assert.Contains(reason, (await RunAsync(arguments)).Exits(2).Errors, StringComparison.Ordinal);
    }

    private string Page => $$""", { "page": { "endpoint": "127.0.0.1", "port": {{_server.Host.HttpPort}}, "protocol": "h1", "http_method": "GET", "http_url": "/bytes/20" } }""";

    private Task<ToolResult> RunAsync(params string[] arguments) => Tool.RunAsync([], _directory.Path, arguments);

    private async Task<JsonElement> StatusAsync()
    {
        using var json = JsonDocument.Parse((await RunAsync("status", "--admin", "admin.sock", "--format", "json")).Exits(0).Text);
        return json.RootElement.GetProperty("status").Clone();
    }
}
