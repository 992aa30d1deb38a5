using System.Text.Json;
using SecureStreams.TestSupport.Servers;

namespace SecureStreams.Tool.Tests;

/// <summary>Policies on trial in a program that runs, from the command line.</summary>
public sealed class TrialTests : IAsyncLifetime
{
    private readonly TestDirectory _directory = new();
    private KestrelTestHost _host = null!;
    private EchoRun _run = null!;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Unix sockets.");
        _host = await KestrelTestHost.StartAsync();
        _directory.Add("policy.json", Policy(_host.HttpPort, 0));
        _run = await EchoRun.StartAsync(_directory.Path, "chat", "--policy", "policy.json", "--lines", "--admin", "run.sock");
    }

    public async ValueTask DisposeAsync()
    {
        await _run.DisposeAsync();
        await _host.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task One_that_works_is_confirmed_by_a_second_command()
    {
        _directory.Add("next.json", Policy(_host.HttpPort, 1000, "\"timeout_ms\": 5000, "));
        await using var waiting = Tool.Start(_directory.Path, readOutput: true, "policy", "apply", "--policy", "next.json", "--to", "run.sock", "--wait");
        await TestPoll.UntilAsync(async () => (await RunAsync("status", "--admin", "run.sock")).Exits(0).Text.Contains("on trial: 'next.json' until ", StringComparison.Ordinal), "It is not on trial.");
        Assert.Equal("confirmed\n", (await RunAsync("policy", "apply", "--confirm", "--to", "run.sock")).Exits(0).Text);
        var result = (await waiting.WaitAsync()).Exits(0);
        Assert.Contains("applied, policy revision 1: 1 changed, 0 added, 0 removed\non trial until ", result.Text, StringComparison.Ordinal);
        Assert.Contains("trial of 'next.json' (revision 1): Confirmed, revision 1 is in force: confirmed by hand\n", result.Text, StringComparison.Ordinal);
        Assert.Equal("", result.Errors);
        Assert.Contains("last trial: 'next.json' Confirmed at ", (await RunAsync("status", "--admin", "run.sock")).Exits(0).Text, StringComparison.Ordinal);
        Assert.Contains("no policy is on trial", (await RunAsync("policy", "apply", "--confirm", "--to", "run.sock")).Exits(2).Errors, StringComparison.Ordinal);
        await _run.SpeakAsync();
    }

    [Fact]
    public async Task One_that_does_harm_is_taken_back_and_the_command_says_why()
    {
        _directory.Add("next.json", Policy(9, 1000));
        var result = (await RunAsync("policy", "apply", "--policy", "next.json", "--to", "run.sock", "--wait")).Exits(1);
        Assert.Contains("trial of 'next.json' (revision 1): Reverted, revision 2 is in force: ", result.Text, StringComparison.Ordinal);
        Assert.Contains("\n  FAILED chat: 0 of 1 streams connected", result.Text, StringComparison.Ordinal);
        Assert.Contains("Connect/ConnectionRefused", result.Text, StringComparison.Ordinal);
        Assert.Contains("\n  everything is as it was\n", result.Text, StringComparison.Ordinal);
        Assert.StartsWith("sstreams: error: taken back: ", result.Errors, StringComparison.Ordinal);
        await _run.SpeakAsync();

        // And as JSON, the same in one object.
        result = (await RunAsync("policy", "apply", "--policy", "next.json", "--to", "run.sock", "--wait", "--format", "json")).Exits(1);
        using var json = JsonDocument.Parse(result.Text);
        Assert.True(json.RootElement.GetProperty("applied").GetBoolean());
        var last = json.RootElement.GetProperty("last_trial");
        Assert.Equal(("Reverted", false, true), (last.GetProperty("state").GetString(), last.GetProperty("by_hand").GetBoolean(), last.GetProperty("recovered").GetBoolean()));
        await _run.SpeakAsync();
    }

    [Fact]
    public async Task One_whose_time_is_over_holds_and_one_that_is_waited_for_too_long_goes_on()
    {
        _directory.Add("next.json", Policy(_host.HttpPort, 1, "\"timeout_ms\": 5000, "));
        var held = (await RunAsync("policy", "apply", "--policy", "next.json", "--to", "run.sock", "--wait", "--timeout", "100")).Exits(0);
        Assert.Contains("Confirmed, revision 1 is in force: what it touches worked for 1 s\n", held.Text, StringComparison.Ordinal);

        _directory.Add("next.json", Policy(_host.HttpPort, 1000, "\"timeout_ms\": 6000, "));
        var late = (await RunAsync("policy", "apply", "--policy", "next.json", "--to", "run.sock", "--wait", "--timeout", "0.1")).Exits(1);
        Assert.Contains("error: its trial is not over after 0.1 s, and goes on until ", late.Errors, StringComparison.Ordinal);
        Assert.Contains("on trial: 'next.json'", (await RunAsync("status", "--admin", "run.sock")).Exits(0).Text, StringComparison.Ordinal);

        Assert.Contains("applied, policy revision 3: 1 changed", (await RunAsync("policy", "apply", "--revert", "--to", "run.sock")).Exits(0).Text, StringComparison.Ordinal);
        await TestPoll.UntilAsync(async () => (await RunAsync("status", "--admin", "run.sock")).Exits(0).Text.Contains("last trial: 'next.json' Reverted at ", StringComparison.Ordinal), "It is not taken back.");
        await _run.SpeakAsync();
    }

    [Fact]
    public async Task What_is_not_on_trial_is_not_waited_for_and_a_program_that_ends_is_told()
    {
        _directory.Add("next.json", Policy(_host.HttpPort, 0, "\"timeout_ms\": 5000, "));
        Assert.DoesNotContain("trial", (await RunAsync("policy", "apply", "--policy", "next.json", "--to", "run.sock", "--wait")).Exits(0).Text, StringComparison.Ordinal);

        _directory.Add("next.json", Policy(_host.HttpPort, 1000, "\"timeout_ms\": 6000, "));
        await using var waiting = Tool.Start(_directory.Path, readOutput: true, "policy", "apply", "--policy", "next.json", "--to", "run.sock", "--wait");
        await TestPoll.UntilAsync(async () => (await RunAsync("status", "--admin", "run.sock")).Exits(0).Text.Contains("on trial: ", StringComparison.Ordinal), "It is not on trial.");
        (await _run.InterruptAsync()).Exits(130);
        Assert.Contains("error: it is in force, and how its trial ended cannot be told: run.sock: nobody answers there", (await waiting.WaitAsync()).Exits(1).Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nobody answers there", "--policy", "policy.json", "--wait")]
    [InlineData("nobody answers there", "--confirm")]
    [InlineData("nobody answers there", "--revert")]
    [InlineData("--wait belongs to --policy", "--confirm", "--wait")]
    [InlineData("--timeout belongs to --wait", "--policy", "policy.json", "--timeout", "5")]
    public async Task Without_anybody_there_nothing_is_done(string reason, params string[] arguments) =>
        Assert.Contains(reason, (await RunAsync(["policy", "apply", "--to", "absent.sock", .. arguments])).Exits(2).Errors, StringComparison.Ordinal);

    private static string Policy(int port, int trialSeconds, string more = "") =>
        $$"""{ "trial_seconds": {{trialSeconds}}, "retry": [{ "r": { "backoff": [50], "conceal": 2, "jitterpc": 0 } }], "s": [{ "chat": { {{more}}"endpoint": "127.0.0.1", "port": {{port}}, "protocol": "ws", "http_url": "/ws/echo", "ws_subprotocol": "", "retry": "r" } }] }""";

    private Task<ToolResult> RunAsync(params string[] arguments) => Tool.RunAsync([], _directory.Path, arguments);
}
