using System.Text.Json;
using System.Text.RegularExpressions;
using SecureStreams.TestSupport.Repository;

namespace SecureStreams.Tool.Tests;

/// <summary><c>sstreams policy check --format sarif</c>: what SARIF 2.1.0 and code scanning ask for.</summary>
public sealed class PolicyCheckSarifTests
{
    [Fact]
    public async Task Head_and_rules_are_complete()
    {
        using var document = await CheckAsync(0, "warnings.json");
        Assert.EndsWith("sarif-schema-2.1.0.json", document.RootElement.GetProperty("$schema").GetString(), StringComparison.Ordinal);
        Assert.Equal("2.1.0", document.RootElement.GetProperty("version").GetString());
        var run = Assert.Single(document.RootElement.GetProperty("runs").EnumerateArray());
        Assert.Equal("utf16CodeUnits", run.GetProperty("columnKind").GetString());
        Assert.True(run.GetProperty("invocations")[0].GetProperty("executionSuccessful").GetBoolean());
        var driver = run.GetProperty("tool").GetProperty("driver");
        Assert.Equal("sstreams", driver.GetProperty("name").GetString());
        Assert.Matches(@"^\d+\.\d+\.\d+$", driver.GetProperty("version").GetString());

        var page = await File.ReadAllTextAsync(RepoPaths.Combine("docs", "policy-errors.md"), TestContext.Current.CancellationToken);
        var ids = Regex.Matches(page, @"^\| \[(SSP\d{4})\]\(#\w+\) \| (error|warning) ", RegexOptions.Multiline).Select(static match => $"{match.Groups[1]} {match.Groups[2]}");
        Assert.NotEmpty(ids);
        Assert.Equal(ids, driver.GetProperty("rules").EnumerateArray().Select(static rule =>
            $"{rule.GetProperty("id")} {rule.GetProperty("defaultConfiguration").GetProperty("level")}"));
        Assert.All(driver.GetProperty("rules").EnumerateArray(), rule =>
        {
            Assert.Contains($"**{TextOf(rule, "shortDescription")}** (", page, StringComparison.Ordinal);
            Assert.Contains($"\n\n{TextOf(rule, "fullDescription")}\n\n", page, StringComparison.Ordinal);
            Assert.Contains($"\nWhat to do: {TextOf(rule, "help")}\n", page, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task Results_point_at_rules_and_places()
    {
        using var document = await CheckAsync(2, "twelve-mistakes.json");
        var run = document.RootElement.GetProperty("runs")[0];
        var rules = run.GetProperty("tool").GetProperty("driver").GetProperty("rules");
        var results = run.GetProperty("results").EnumerateArray().ToList();
        Assert.Equal(12, results.Count);
        Assert.All(results, result => Assert.Equal(result.GetProperty("ruleId").GetString(), rules[result.GetProperty("ruleIndex").GetInt32()].GetProperty("id").GetString()));
        Assert.Equal(11, results.Count(static result => result.GetProperty("level").GetString() == "error"));
        Assert.Single(results, static result => result.GetProperty("level").GetString() == "warning");

        var location = Assert.Single(results[1].GetProperty("locations").EnumerateArray());
        Assert.Equal("retry scheme 'default': conceal is -5, which is out of range; allowed is 0..65535", results[1].GetProperty("message").GetProperty("text").GetString());
        Assert.Equal("twelve-mistakes.json", UriOf(location));
        Assert.Equal(4, location.GetProperty("physicalLocation").GetProperty("region").GetProperty("startLine").GetInt32());
        Assert.Equal(66, location.GetProperty("physicalLocation").GetProperty("region").GetProperty("startColumn").GetInt32());
        Assert.Equal("$.retry[0].default.conceal", location.GetProperty("logicalLocations")[0].GetProperty("fullyQualifiedName").GetString());
    }

    [Fact]
    public async Task Strict_is_seen_in_the_level()
    {
        using var document = await CheckAsync(2, "--strict", "warnings.json");
        var results = document.RootElement.GetProperty("runs")[0].GetProperty("results").EnumerateArray().ToList();
        Assert.Equal(4, results.Count);
        Assert.All(results, static result => Assert.Equal("error", result.GetProperty("level").GetString()));
    }

    [Fact]
    public async Task File_names_become_relative_references()
    {
        using var directory = new TestDirectory();
        directory.Add("a b/100% #ü.json", "[]");
        foreach (var name in new[] { "a b/100% #ü.json", "./a b/100% #ü.json", directory["a b/100% #ü.json"] })
        {
            var result = (await directory.RunAsync("policy", "check", "--format", "sarif", name)).Exits(2);
            using var document = JsonDocument.Parse(result.Output);
            Assert.Equal("a%20b/100%25%20%23%C3%BC.json", UriOf(document.RootElement.GetProperty("runs")[0].GetProperty("results")[0].GetProperty("locations")[0]));
        }
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_is_a_notification()
    {
        using var document = await CheckAsync(2, "absent.json");
        var invocation = document.RootElement.GetProperty("runs")[0].GetProperty("invocations")[0];
        Assert.False(invocation.GetProperty("executionSuccessful").GetBoolean());
        var told = Assert.Single(invocation.GetProperty("toolExecutionNotifications").EnumerateArray());
        Assert.Equal("error", told.GetProperty("level").GetString());
        Assert.Equal("absent.json: cannot be read: there is no such file", told.GetProperty("message").GetProperty("text").GetString());
        Assert.Equal("absent.json", UriOf(told.GetProperty("locations")[0]));
    }

    private static string? TextOf(JsonElement rule, string member) => rule.GetProperty(member).GetProperty("text").GetString();

    private static string? UriOf(JsonElement location) => location.GetProperty("physicalLocation").GetProperty("artifactLocation").GetProperty("uri").GetString();

    private static async Task<JsonDocument> CheckAsync(int exitCode, params string[] arguments) =>
        JsonDocument.Parse((await Tool.RunAsync(["policy", "check", "--format", "sarif", .. arguments])).Exits(exitCode).Output);

    [Fact]
    public async Task Without_a_current_directory_files_are_named_whole()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "A directory that is in use cannot be removed here.");
        using var directory = new TestDirectory();
        directory.Add("policy.json", "{}");
        Directory.CreateDirectory(directory["gone"]);
        await using var tool = Tool.StartFromShell("rmdir ../gone && exec \"$0\" \"$@\"", directory["gone"], "policy", "check", "--format", "sarif", directory["policy.json"]);
        var result = (await tool.WaitAsync()).Exits(0);
        Assert.Contains($"\"uri\": \"file://{directory["policy.json"]}\"", result.Text, StringComparison.Ordinal);
    }
}
