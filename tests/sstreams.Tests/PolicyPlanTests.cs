using System.Text.Json;

namespace SecureStreams.Tool.Tests;

/// <summary><c>sstreams policy plan</c>.</summary>
public sealed class PolicyPlanTests : IDisposable
{
    private const string Running = """
        {
          "s": [
            { "feed": { "endpoint": "a.test", "port": 80, "protocol": "ws", "ws_subprotocol": "" } },
            { "pipe": { "endpoint": "a.test", "port": 80, "protocol": "raw" } },
            { "page": { "endpoint": "a.test", "port": 80, "protocol": "h1", "http_method": "GET", "http_url": "/" } },
            { "same": { "endpoint": "a.test", "port": 80, "protocol": "raw" } },
            { "gone": { "endpoint": "a.test", "port": 80, "protocol": "raw" } },
            { "srv": { "server": true, "protocol": "h1", "port": 8080 } },
            { "fixed": { "server": true, "protocol": "h1", "port": 8081 } }
          ]
        }
        """;

    private const string Move = """
        {
          "s": [
            { "feed": { "port": 81 } }, { "pipe": { "port": 81 } }, { "page": { "http_url": "/x" } }, { "gone": null }, { "srv": { "port": 9090 } }, { "fixed": { "protocol": "raw" } },
            { "added": { "endpoint": "a.test", "port": 80, "protocol": "raw" } }
          ]
        }
        """;

    private const string Told = """
        streams of 'feed' (reconnect): idle NextAttempt, waiting AttemptNow, attempting AttemptNow, connected Replace
        listener 'fixed' (recreate): CreateAnew
        streams of 'gone' (recreate): idle NextAttempt, waiting End, attempting End, connected End
        streams of 'page' (next_attempt): idle NextAttempt, waiting NextAttempt, in a request NextAttempt
        streams of 'pipe' (reconnect): idle NextAttempt, waiting AttemptNow, attempting AttemptNow, connected Reconnect (Replace where the handler permits it)
        listener 'srv' (reconnect): Replace

        """;

    private readonly TestDirectory _directory = new();

    public PolicyPlanTests()
    {
        _directory.Add("running.json", Running);
        _directory.Add("move.json", Move);
        _directory.Add("broken.json", """{ "s": [{ "feed": { "port": 70000 } }] }""");
    }

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task It_says_that_the_policy_asks_for_a_trial()
    {
        _directory.Add("trial.json", """{ "trial_seconds": 30, "trial_acked": 50 }""");
        var text = (await PlanAsync("--policy", "running.json", "--overlay", "trial.json", "--against", "running.json")).Exits(0).Text;
        Assert.Equal("on trial for 30 s: 90 % of what is touched connected, 50 % of the usual share acknowledged\n", text);
        using var json = JsonDocument.Parse((await PlanAsync("--format", "json", "--policy", "running.json", "--overlay", "trial.json", "--against", "running.json")).Exits(0).Text);
        Assert.Equal(30, json.RootElement.GetProperty("trial").GetProperty("seconds").GetInt32());
    }

    [Fact]
    public async Task It_says_what_streams_and_listeners_would_do()
    {
        (await PlanAsync("--policy", "running.json", "--overlay", "move.json", "--against", "running.json")).Is(0, Told, "");
        (await PlanAsync("--exit-code", "--policy", "running.json", "--overlay", "move.json", "--against", "running.json")).Is(1, Told, "");
        var back = (await PlanAsync("--policy", "running.json", "--against", "running.json", "--overlay-against", "move.json")).Exits(0);
        Assert.Contains("streams of 'added' (recreate): idle NextAttempt, waiting End, attempting End, connected End\n", back.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("gone", back.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pipe_is_read_once()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no pipes with names.");
        _directory.AddPipe("pipe");
        var planning = PlanAsync("--policy", "running.json", "--overlay", "move.json", "--against", "pipe");
        await File.WriteAllTextAsync(_directory["pipe"], Running, TestContext.Current.CancellationToken);
        (await planning).Is(0, Told, "");
    }

    [Fact]
    public async Task Equal_policies_touch_nobody() => (await PlanAsync("--exit-code", "--policy", "running.json", "--against", "running.json")).Is(0, "", "");

    [Fact]
    public async Task A_policy_that_would_be_refused_is_refused_here()
    {
        var result = (await PlanAsync("--policy", "broken.json", "--against", "running.json")).Exits(2);
        Assert.Equal("", result.Text);
        Assert.Contains("broken.json(1,", result.Errors, StringComparison.Ordinal);
        (await PlanAsync("--policy", "running.json", "--against", "absent.json")).Exits(2);
    }

    [Fact]
    public async Task Programs_get_an_object()
    {
        var result = (await PlanAsync("--format", "json", "--policy", "running.json", "--overlay", "move.json", "--against", "running.json")).Exits(0);
        using var json = JsonDocument.Parse(result.Text);
        Assert.Equal(("running.json", 1), (json.RootElement.GetProperty("against").GetProperty("file").GetString(), json.RootElement.GetProperty("version").GetInt32()));
        var pipe = json.RootElement.GetProperty("streamtypes").EnumerateArray().Single(static one => one.GetProperty("name").GetString() == "pipe");
        Assert.Equal(
            ("reconnect", null, "NextAttempt", "AttemptNow", "AttemptNow", "Reconnect", "Replace"),
            (pipe.GetProperty("impact").GetString(), pipe.GetProperty("listener").GetString(), pipe.GetProperty("idle").GetString(), pipe.GetProperty("waiting").GetString(),
                pipe.GetProperty("attempting").GetString(), pipe.GetProperty("connected").GetString(), pipe.GetProperty("connected_with_overlap").GetString()));
    }

    private Task<ToolResult> PlanAsync(params string[] arguments) => Tool.RunAsync([], _directory.Path, ["policy", "plan", .. arguments]);
}
