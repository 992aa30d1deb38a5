using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.TestSupport.Repository;
using SecureStreams.TestSupport.Servers;

namespace SecureStreams.Tool.Tests;

/// <summary><c>sstreams run</c> with <c>socks_proxy</c> in its environment, which every program of the runtime obeys.</summary>
public sealed class RunProxyTests : IAsyncLifetime
{
    // Nobody listens there, and no resolver knows the name (RFC 6761): only the proxy makes something of them.
    private const string Name = "only-the-proxy-knows.test";
    private const int Port = 9;
    private const int Length = 200_000;

    private KestrelTestHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await KestrelTestHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Theory]
    [InlineData("")]
    [InlineData("socks5h://")]
    public async Task Http_goes_through_it_by_a_name_that_only_it_knows(string scheme)
    {
        await using var proxy = new SocksPeer(Name, _host.HttpPort);
        using var policy = new TestPolicy(Http("get", Name, Port, $"/bytes/{Length}?seed=2"));
        var result = (await RunAsync(policy, Text($"{scheme}127.0.0.1:{proxy.Port}"), "get", "--trace")).Exits(0);
        Assert.Equal(DeterministicBytes.Make(Length, 2), result.Output);
        Assert.Contains(Text($"through the SOCKS5 proxy 127.0.0.1:{proxy.Port}"), result.Errors, StringComparison.Ordinal);
        Assert.Equal([$"{Name}:{Port}"], proxy.Asked);
        Assert.Equal($"{Name}:{Port}", Assert.Single(_host.Requests).Header("host"));
    }

    [Fact]
    public async Task Raw_goes_through_it_by_a_name_that_only_it_knows()
    {
        await using var proxy = new SocksPeer(Name, _host.RawPort);
        using var policy = new TestPolicy($$""" "echo": { "endpoint": "{{Name}}", "port": {{Port}}, "protocol": "raw" } """);
        var body = DeterministicBytes.Make(Length, 3);
        policy.Add("body.bin", body);
        var result = (await RunAsync(policy, Text($"127.0.0.1:{proxy.Port}"), "echo", "--data", "@body.bin")).Exits(0);
        Assert.Equal(body, result.Output);
        Assert.Equal([$"{Name}:{Port}"], proxy.Asked);
    }

    [Fact]
    public async Task Real_proxy_tells_whom_it_connected()
    {
        var program = OtherProgram.Find("microsocks");
        var port = FreePort.Next();
        using var proxy = Process.Start(new ProcessStartInfo(program, ["-i", "127.0.0.1", "-p", Text($"{port}")]) { RedirectStandardError = true })!;
        try
        {
            await OtherProgram.WaitForPortAsync(port);
            using var policy = new TestPolicy(Http("get", "localhost", _host.HttpPort, "/bytes/5"));
            Assert.Equal(DeterministicBytes.Make(5), (await RunAsync(policy, Text($"127.0.0.1:{port}"), "get")).Exits(0).Output);
        }
        finally
        {
            proxy.Kill();
        }

        var said = await proxy.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken).OrFail(() => "microsocks does not end.");
        await proxy.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Contains(Text($"connected to localhost:{_host.HttpPort}\n"), said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("h1")]
    [InlineData("raw")]
    public async Task Dead_one_is_the_reason_that_is_told(string protocol)
    {
        using var dead = new DeadPort();

        // The peer is there and would answer.
        using var policy = new TestPolicy(protocol == "h1" ? Http("x", "127.0.0.1", _host.HttpPort, "/bytes/1") : RunRawTests.Raw("x", _host.RawPort));
        var result = (await RunAsync(policy, Text($"127.0.0.1:{dead.Number}"), "x")).Exits(1);
        Assert.Equal("", result.Text);
        Assert.Contains(
            Text($"sstreams: Unreachable: nobody listens at the SOCKS5 proxy 127.0.0.1:{dead.Number} on the way to 127.0.0.1:{(protocol == "h1" ? _host.HttpPort : _host.RawPort)}"),
            result.Errors, StringComparison.Ordinal);
        Assert.Contains("the environment variable socks_proxy", result.Errors, StringComparison.Ordinal);
        Assert.Contains("(Proxy/ConnectionRefused, attempt 1, then idle)", result.Errors, StringComparison.Ordinal);
        Assert.Empty(_host.Requests);
        Assert.Equal(0, _host.Raw.Accepted);
    }

    [Fact]
    public async Task What_the_proxy_refuses_is_its_answer()
    {
        await using var proxy = new SocksPeer(Name, _host.HttpPort);
        using var policy = new TestPolicy(Http("get", "another.test", Port, "/"));
        var result = (await RunAsync(policy, Text($"127.0.0.1:{proxy.Port}"), "get")).Exits(1);
        Assert.Contains("(Proxy/NetworkUnreachable, attempt 1, then idle)", result.Errors, StringComparison.Ordinal);
        Assert.Equal([$"another.test:{Port}"], proxy.Asked);
    }

    [Fact]
    public async Task A_policy_that_says_none_goes_around_it()
    {
        using var dead = new DeadPort();
        using var policy = new TestPolicy(Http("get", "127.0.0.1", _host.HttpPort, "/bytes/3", ", \"via-socks5\": \"\""));
        Assert.Equal(DeterministicBytes.Make(3), (await RunAsync(policy, Text($"127.0.0.1:{dead.Number}"), "get")).Exits(0).Output);
    }

    [Fact]
    public async Task One_that_cannot_be_understood_is_gone_around_by_nobody_and_never_shown()
    {
        using var policy = new TestPolicy(Http("get", "127.0.0.1", _host.HttpPort, "/bytes/3"));
        var result = (await RunAsync(policy, "ann:hunter2@", "get", "--trace")).Exits(1);
        Assert.Contains("Policy/EndpointInvalid", result.Errors, StringComparison.Ordinal);
        Assert.Contains("the environment variable socks_proxy is neither host:port nor user:password@host:port", result.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", result.Errors, StringComparison.Ordinal);
        Assert.Empty(_host.Requests);
    }

    private static string Http(string name, string endpoint, int port, string url, string more = "") => Text(
        $$""" "{{name}}": { "endpoint": "{{endpoint}}", "port": {{port}}, "protocol": "h1", "http_method": "GET", "http_url": "{{url}}"{{more}} } """);

    private static async Task<ToolResult> RunAsync(TestPolicy policy, string proxy, params string[] arguments)
    {
        await using var tool = Tool.Start(policy.Directory, readOutput: true, [new("socks_proxy", proxy)], ["run", "--policy", "policy.json", .. arguments]);
        tool.Input.Close();
        return await tool.WaitAsync();
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
