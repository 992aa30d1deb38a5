using System.Globalization;
using System.Text.Json;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.TestSupport.Servers;

namespace SecureStreams.Tool.Tests;

/// <summary><c>sstreams run</c> and <c>sstreams bench</c> over WebSocket, against Kestrel's.</summary>
public sealed class WebSocketTests : IAsyncLifetime
{
    private KestrelTestHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await KestrelTestHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task The_data_is_one_message()
    {
        using var policy = new TestPolicy(WebSocket("echo", _host.HttpPort, "/ws/echo"), WebSocket("tls", _host.HttpsPort, "/ws/echo", RunRawTests.Tls));
        (await policy.RunAsync("echo", "--data", "grüße", "--receive", "1")).Is(0, "grüße", "");
        (await policy.RunAsync("tls", "--data", "grüße", "--receive", "1")).Is(0, "grüße", "");
        var body = DeterministicBytes.Make(500_000, 2);
        Assert.Equal(body, (await policy.RunAsync(body, "echo", "--data", "-", "--receive", "1")).Exits(0).Output);
    }

    [Fact]
    public async Task Lines_are_messages_both_ways()
    {
        using var policy = new TestPolicy(WebSocket("echo", _host.HttpPort, "/ws/echo"));
        (await policy.RunAsync("one\ntwo\n\nthree"u8.ToArray(), "echo", "--data", "-", "--lines", "--receive", "4")).Is(0, "one\ntwo\n\nthree\n", "");
        (await policy.RunAsync("echo", "--data", "a\nb\n", "--lines", "--receive", "2")).Is(0, "a\nb\n", "");
    }

    [Fact]
    public async Task A_peer_that_closes_ends_the_run()
    {
        using var policy = new TestPolicy(WebSocket("bytes", _host.HttpPort, "/ws/bytes?length=100000&seed=4&message=30000"));
        var result = (await policy.RunAsync("bytes")).Exits(0);
        Assert.Equal(DeterministicBytes.Make(100_000, 4), result.Output);
        Assert.Equal("", result.Errors);
    }

    [Theory]
    [InlineData(64, 16, 2)]
    [InlineData(100_000, 3, 1)]
    public async Task Echoes_are_measured(int size, int outstanding, int streams)
    {
        using var policy = new TestPolicy(WebSocket("echo", _host.HttpPort, "/ws/echo"));
        var result = await Tool.RunAsync([], policy.Directory, [
            "bench", "echo", "--policy", "policy.json", "--json", "--messages", "100", "--warm-up", "5", "--size", $"{size}", "--outstanding", $"{outstanding}", "--streams", $"{streams}"]);
        var json = JsonDocument.Parse(result.Exits(0).Output).RootElement;
        Assert.Equal(("ws", 100, 100L * size, 100L * size), (json.GetProperty("protocol").GetString(), json.GetProperty("operations").GetInt64(),
            json.GetProperty("sent_bytes").GetInt64(), json.GetProperty("received_bytes").GetInt64()));
    }

    /// <summary>A streamtype over WebSocket.</summary>
    internal static string WebSocket(string name, int port, string url, string more = "") => string.Create(CultureInfo.InvariantCulture,
        $$""" "{{name}}": { "endpoint": "127.0.0.1", "port": {{port}}, "protocol": "ws", "http_url": "{{url}}", "ws_subprotocol": "", "ws_binary": true{{more}} } """);
}
