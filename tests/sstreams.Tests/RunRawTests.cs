using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.TestSupport.Servers;

namespace SecureStreams.Tool.Tests;

/// <summary><c>sstreams run</c> over raw connections: the data goes out and ends this side, what comes goes to standard output until the peer ends its own.</summary>
public sealed class RunRawTests : IAsyncLifetime
{
    private KestrelTestHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await KestrelTestHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Text_goes_out_and_its_end_ends_the_conversation()
    {
        using var policy = new TestPolicy(Raw("echo", _host.RawPort));
        (await policy.RunAsync("echo", "--data", "hello")).Is(0, "hello", "");
        (await policy.RunAsync("echo", "--data", "")).Is(0, "", "");
    }

    [Fact]
    public async Task A_tls_session_that_is_not_ended_is_told_after_what_came()
    {
        // Kestrel closes the connection below its TLS session.
        using var policy = new TestPolicy(Raw("tls", _host.RawTlsPort, Tls));
        var result = (await policy.RunAsync("tls", "--data", "grüße")).Exits(1);
        Assert.Equal("grüße", result.Text);
        Assert.Contains("without ending its TLS session (close_notify), so the end of what it sent may be missing.", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Much_goes_both_ways_at_once()
    {
        const int Length = 6_000_001;
        using var policy = new TestPolicy(Raw("echo", _host.RawPort));
        policy.Add("body.bin", DeterministicBytes.Make(Length, 5));
        var result = (await policy.RunAsync("echo", "--data", "@body.bin")).Exits(0);
        Assert.Equal((Length, DeterministicBytes.Sha256(Length, 5)), (result.Output.Length, Convert.ToHexStringLower(SHA256.HashData(result.Output))));
        result = (await policy.RunAsync(DeterministicBytes.Make(Length, 6), "echo", "--data", "-")).Exits(0);
        Assert.Equal((Length, DeterministicBytes.Sha256(Length, 6)), (result.Output.Length, Convert.ToHexStringLower(SHA256.HashData(result.Output))));
    }

    [Fact]
    public async Task The_peer_may_answer_after_the_end_of_what_it_was_sent()
    {
        const int Length = 3_000_000;
        var body = new byte[Length + 7];
        "hash 0\n"u8.CopyTo(body);
        DeterministicBytes.Make(Length, 8).CopyTo(body, 7);
        using var policy = new TestPolicy(Raw("hash", _host.RawCommandPort));
        var result = (await policy.RunAsync(body, "hash", "--data", "-")).Exits(0);
        Assert.Equal(string.Create(CultureInfo.InvariantCulture, $"{DeterministicBytes.Sha256(Length, 8)} {Length}"), result.Text);
    }

    [Fact]
    public async Task Standard_input_is_sent_as_it_comes()
    {
        using var policy = new TestPolicy(Raw("echo", _host.RawPort));
        await using var tool = policy.Start(readOutput: false, "echo", "--data", "-");
        var buffer = new byte[16];
        foreach (var word in new[] { "one", "two", "three" })
        {
            // Each word must come back before the next is written: nothing waits for the end of the input.
            await tool.Input.WriteAsync(Encoding.ASCII.GetBytes(word), TestContext.Current.CancellationToken);
            await tool.Input.FlushAsync(TestContext.Current.CancellationToken);
            await tool.Output.ReadExactlyAsync(buffer.AsMemory(0, word.Length), TestContext.Current.CancellationToken).AsTask().OrFail(() => $"Waited for '{word}'.");
            Assert.Equal(word, Encoding.ASCII.GetString(buffer, 0, word.Length));
        }

        tool.Input.Close();
        (await tool.WaitAsync()).Exits(0);
    }

    [Fact]
    public async Task A_peer_that_never_ends_is_ended_by_the_time_limit()
    {
        using var policy = new TestPolicy(Raw("hold", _host.RawCommandPort));
        var result = (await policy.RunAsync("hold", "--data", "hold\n", "--timeout", "0.5")).Exits(1);
        Assert.Contains("not finished within 0.5 s", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_data_it_only_receives()
    {
        await using var peer = ScriptedServer.Start(static async (connection, stopping) =>
        {
            await connection.WriteAsync("spoken first", stopping);
            connection.HalfClose();
            await connection.DrainAsync(stopping);
        });
        using var policy = new TestPolicy(Raw("listen", peer.Port));
        (await policy.RunAsync("listen")).Is(0, "spoken first", "");
    }

    [Fact]
    public async Task A_trace_tells_how_long_each_phase_took()
    {
        using var policy = new TestPolicy(Raw("bytes", _host.RawCommandTlsPort, Tls));
        var result = (await policy.RunAsync("bytes", "--data", "bytes 1000 3\n", "--trace")).Exits(1);
        Assert.Equal(DeterministicBytes.Make(1000, 3), result.Output);
        Assert.Matches(@"\] connection .*: names -, connect \d+\.\d ms, TLS \d+\.\d ms\n", result.Errors);
        Assert.Matches(@"\] time first payload \d+\.\d{3} ms after Connecting\n", result.Errors);
    }

    [Theory]
    [InlineData("--lines", "--lines")]
    [InlineData("--receive", "--receive", "1")]
    public async Task What_needs_messages_is_refused(string option, params string[] arguments)
    {
        using var policy = new TestPolicy(Raw("echo", 1), TestPolicy.Http("get", 1, "GET", "/"));
        (await policy.RunAsync(["echo", "--data", "x", .. arguments])).Is(2, "", $"sstreams: error: {option}: streamtype 'echo' is raw, which has no messages\n");
        (await policy.RunAsync(["get", .. arguments])).Is(2, "", $"sstreams: error: {option}: streamtype 'get' makes HTTP transactions, which have one message each way\n");
    }

    /// <summary>A streamtype without a protocol.</summary>
    internal static string Raw(string name, int port, string more = "") =>
        string.Create(CultureInfo.InvariantCulture, $$""" "{{name}}": { "endpoint": "127.0.0.1", "port": {{port}}, "protocol": "raw"{{more}} } """);

    /// <summary>What makes a streamtype trust the test servers.</summary>
    internal const string Tls = ", \"tls\": true, \"tls_trust_store\": \"known\"";
}
