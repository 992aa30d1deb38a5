using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.TestSupport.Repository;
using SecureStreams.TestSupport.Servers;

namespace SecureStreams.Tool.Tests;

/// <summary><c>docs/sstreams.md</c> is true: its examples run, its options are those of the program, and the help shows no other examples.</summary>
public sealed partial class PageTests
{
    // What the page's server is stands here: the examples need one that answers.
    private static readonly (string Page, string Test)[] Urls =
    [
        ("/index.html", "/bytes/20"), ("/weather?", "/headers?"), ("/reports", "/echo"), ("/images", "/hash"), ("/absent", "/status/404"), ("/generate_204", "/status/204"),
    ];

    private static string PagePath { get; } = RepoPaths.Combine("docs", "sstreams.md");

    private static string Page { get; } = File.ReadAllText(PagePath);

    [Fact]
    public async Task Every_example_ends_as_the_page_says()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The examples are for a POSIX shell.");
        await using var host = await KestrelTestHost.StartAsync();
        using var directory = new TestDirectory();
        await PrepareAsync(directory.Path, host.HttpPort);
        var examples = Examples().Matches(Page);
        Assert.True(examples.Count > 10, "The page has no examples, or they are not found.");
        foreach (Match example in examples)
        {
            var expected = int.Parse(example.Groups["status"].Value, CultureInfo.InvariantCulture);
            Assert.Equal((example.Value, expected), (example.Value, await RunAsync(directory.Path, example.Groups["command"].Value)));
        }

        Assert.Equal(DeterministicBytes.Make(20), await File.ReadAllBytesAsync(directory["page.html"], TestContext.Current.CancellationToken));
        Assert.Contains(host.Requests, static request => request.Target == "/headers?city=New%20York");
        Assert.Contains(host.Requests, static request => request.Target == "/echo" && request.Header("x-device") == "7");
    }

    [Fact]
    public async Task Everything_that_is_served_is_served_until_a_signal_comes()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The examples are for a POSIX shell.");
        using var directory = new TestDirectory();
        directory.Add("server.json", ServerPolicyOfThePage().Match(Page).Groups["text"].Value.Replace("7001", "0", StringComparison.Ordinal).Replace("7002", "0", StringComparison.Ordinal));
        directory.Add("public/index.html", "<h1>hello</h1>");
        var examples = ServeExamples().Matches(Page).Select(static one => one.Groups["command"].Value).ToList();
        Assert.True(examples.Count >= 3, "The page has no examples, or they are not found.");
        foreach (var example in examples)
        {
            await using var tool = Tool.StartFromShell($"exec \"$0\" \"$1\" \"$2\" {example["sstreams ".Length..]} >&2", directory.Path);
            await tool.WaitForErrorsAsync(static text => text.Contains("127.0.0.1", StringComparison.Ordinal));
            await Signals.SendAsync(tool, "TERM");
            (await tool.WaitAsync()).Exits(0);
        }
    }

    [Fact]
    public async Task Every_sample_shows_what_is_printed()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The samples are for a POSIX shell.");
        await using var host = await KestrelTestHost.StartAsync();
        using var written = new TestDirectory();
        using var served = new TestDirectory();
        await AddFilesAsync(written.Path, PolicyOfThePage().Match(Page).Groups["text"].Value);
        await PrepareAsync(served.Path, host.HttpPort);

        var shown = Samples().Matches(Page);
        Assert.True(shown.Count > 10, "The page has no samples, or they are not found.");
        var printed = Page;
        foreach (Match sample in shown)
        {
            // What runs a streamtype needs a server that answers; all else sees the policy as it is written.
            var command = sample.Groups["command"].Value;
            var directory = command.StartsWith("sstreams run ", StringComparison.Ordinal) ? served : written;
            printed = printed.Replace(sample.Value, $"```console\n$ {command}\n{await PrintAsync(directory.Path, command)}```\n", StringComparison.Ordinal);
        }

        if (Environment.GetEnvironmentVariable("UPDATE_APPROVED") == "1")
            await File.WriteAllTextAsync(PagePath, printed, TestContext.Current.CancellationToken);
        else
            Assert.Equal(printed, Page);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("policy", "--help")]
    [InlineData("policy", "check", "--help")]
    [InlineData("policy", "show", "--help")]
    [InlineData("policy", "diff", "--help")]
    [InlineData("policy", "plan", "--help")]
    [InlineData("policy", "apply", "--help")]
    [InlineData("status", "--help")]
    [InlineData("policy", "sign", "--help")]
    [InlineData("policy", "verify", "--help")]
    [InlineData("policy", "compile", "--help")]
    [InlineData("policy", "explain", "--help")]
    [InlineData("policy", "schema", "--help")]
    [InlineData("run", "--help")]
    [InlineData("bench", "--help")]
    [InlineData("serve", "--help")]
    [InlineData("internet", "--help")]
    public async Task Help_and_page_agree(params string[] arguments)
    {
        var help = (await Tool.RunAsync(arguments)).Exits(0).Text;
        var examples = Regex.Matches(help, @"^    (?<command>(cat .*\| )?sstreams .+)$", RegexOptions.Multiline).Select(static match => match.Groups["command"].Value).ToList();
        Assert.All(examples, static example => Assert.Contains($"\n{example} ", Page, StringComparison.Ordinal));
        if (help.Contains("Examples:", StringComparison.Ordinal))
            Assert.NotEmpty(examples);
        var options = Regex.Matches(help, @"^  (?<name>--[a-z-]+)", RegexOptions.Multiline).Select(static match => match.Groups["name"].Value);
        Assert.All(options.Where(static name => name is not "--version"), static name => Assert.Contains($"| `{name}", Page, StringComparison.Ordinal));
    }

    private static async Task PrepareAsync(string directory, int port)
    {
        await AddFilesAsync(directory, Served(PolicyOfThePage()));
        await File.WriteAllTextAsync(Path.Combine(directory, "portal.json"), Served(PortalOfThePage()));
        await File.WriteAllTextAsync(Path.Combine(directory, "login.json"), """{ "s": [{ "captive_portal_detect": { "http_url": "/bytes/20" } }] }""");
        await File.WriteAllTextAsync(Path.Combine(directory, "dead.json"), """{ "s": [{ "captive_portal_detect": { "port": 1 } }] }""");

        string Served(Regex part)
        {
            var policy = part.Match(Page).Groups["text"].Value.Replace("8080", port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
                .Replace("localhost", "127.0.0.1", StringComparison.Ordinal)
                .Replace("\"http_fail_redirect\": true", "\"http_fail_redirect\": true, \"timeout_ms\": 60000", StringComparison.Ordinal);
            foreach (var (page, test) in Urls)
                policy = policy.Replace($"\"http_url\": \"{page}", $"\"http_url\": \"{test}", StringComparison.Ordinal);
            return policy;
        }
    }

    private static async Task AddFilesAsync(string directory, string policy)
    {
        await File.WriteAllTextAsync(Path.Combine(directory, "demo.json"), policy);
        await File.WriteAllTextAsync(Path.Combine(directory, "next.json"), policy.Replace("\"conceal\": 2", "\"conceal\": 5", StringComparison.Ordinal));
        await File.WriteAllTextAsync(Path.Combine(directory, "site.json"), OverlayOfThePage().Match(Page).Groups["text"].Value);
        await File.WriteAllTextAsync(Path.Combine(directory, "broken.json"), BrokenPolicyOfThePage().Match(Page).Groups["text"].Value);
        await File.WriteAllTextAsync(Path.Combine(directory, "serial.txt"), "S-1");
        await AddSignersAsync(directory);
        await File.WriteAllTextAsync(Path.Combine(directory, "report.txt"), "all is well\n");
        await File.WriteAllBytesAsync(Path.Combine(directory, "image.bin"), DeterministicBytes.Make(100_000));
        var program = Path.Combine(directory, "sstreams");
        await File.WriteAllTextAsync(program, $"#!/bin/sh\nexec '{Tool.DotNet}' exec '{Tool.Assembly}' \"$@\"\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>What is signed, the keys, and the policy of a device that takes nothing but with both signatures.</summary>
    private static async Task AddSignersAsync(string directory)
    {
        const string Policy = """ "s": [{ "feed": { "endpoint": "a.test", "port": 80 } }] """;
        var keys = new List<string>();
        foreach (var name in new[] { "ops-a", "ops-b" })
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            await File.WriteAllTextAsync(Path.Combine(directory, $"{name}.pem"), key.ExportECPrivateKeyPem());
            keys.Add($"{{ \"{name}\": \"{Convert.ToBase64String(key.ExportSubjectPublicKeyInfo())}\" }}");
        }

        await File.WriteAllTextAsync(Path.Combine(directory, "policy.json"), $$"""{ "policy_revision": 2, {{Policy}} }""");
        await File.WriteAllTextAsync(Path.Combine(directory, "built-in.json"), $$"""{ "policy_keys": [{{string.Join(',', keys)}}], "policy_signatures": 2, {{Policy}} }""");
    }

    private static async Task<int> RunAsync(string directory, string command) => (await ShellAsync(directory, command)).ExitCode;

    /// <summary>Both outputs, as a terminal shows them; a sample has only one of them, so their order is no question.</summary>
    private static async Task<string> PrintAsync(string directory, string command) => (await ShellAsync(directory, $"{{ {command}; }} 2>&1")).Output;

    private static async Task<(int ExitCode, string Output)> ShellAsync(string directory, string command)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", command]) { WorkingDirectory = directory, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PATH"] = $"{directory}:{Environment.GetEnvironmentVariable("PATH")}";
        using var shell = Process.Start(start)!;
        var output = shell.StandardOutput.ReadToEndAsync();
        await Task.WhenAll(output, shell.StandardError.ReadToEndAsync(), shell.WaitForExitAsync());
        return (shell.ExitCode, await output);
    }

    [GeneratedRegex(@"^(?<command>(sstreams|cat) .+?) +# exits (?<status>\d+)$", RegexOptions.Multiline)]
    private static partial Regex Examples();

    [GeneratedRegex(@"<!-- begin policy -->\s+```json\n(?<text>.+?)```\s+<!-- end policy -->", RegexOptions.Singleline)]
    private static partial Regex PolicyOfThePage();

    [GeneratedRegex(@"^(?<command>sstreams serve .+?) +# until a signal comes", RegexOptions.Multiline)]
    private static partial Regex ServeExamples();

    [GeneratedRegex(@"<!-- begin server -->\s+```json\n(?<text>.+?)```\s+<!-- end server -->", RegexOptions.Singleline)]
    private static partial Regex ServerPolicyOfThePage();

    [GeneratedRegex(@"<!-- begin portal -->\s+```json\n(?<text>.+?)```\s+<!-- end portal -->", RegexOptions.Singleline)]
    private static partial Regex PortalOfThePage();

    [GeneratedRegex(@"<!-- begin broken -->\s+```json\n(?<text>.+?)```\s+<!-- end broken -->", RegexOptions.Singleline)]
    private static partial Regex BrokenPolicyOfThePage();

    [GeneratedRegex(@"<!-- begin site -->\s+```json\n(?<text>.+?)```\s+<!-- end site -->", RegexOptions.Singleline)]
    private static partial Regex OverlayOfThePage();

    [GeneratedRegex(@"```console\n\$ (?<command>[^\n]+)\n(?<output>.*?)```\n", RegexOptions.Singleline)]
    private static partial Regex Samples();
}
