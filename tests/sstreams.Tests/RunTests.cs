using System.Globalization;
using System.Security.Cryptography;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.TestSupport.Repository;
using SecureStreams.TestSupport.Servers;

namespace SecureStreams.Tool.Tests;

/// <summary><c>sstreams run</c> against a real HTTP server.</summary>
public sealed class RunTests : IAsyncLifetime
{
    private KestrelTestHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await KestrelTestHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Received_payload_is_standard_output_byte_for_byte()
    {
        const int Length = 1024 * 1024;
        using var policy = new TestPolicy(TestPolicy.Http("get", _host.HttpPort, "GET", $"/bytes/{Length}?seed=7"));
        var result = (await policy.RunAsync("get")).Exits(0);
        Assert.Equal(Length, result.Output.Length);
        Assert.Equal(DeterministicBytes.Sha256(Length, 7), Convert.ToHexStringLower(SHA256.HashData(result.Output)));
        Assert.Equal("sstreams: QosAckRemote: status 200\n", result.Errors);
    }

    [Fact]
    public async Task Text_is_sent_with_its_length()
    {
        using var policy = new TestPolicy(TestPolicy.Http("hash", _host.HttpPort, "POST", "/hash"), TestPolicy.Http("echo", _host.HttpPort, "POST", "/echo"));
        (await policy.RunAsync("echo", "--data", "grüße & <more>")).Is(0, "grüße & <more>", "sstreams: QosAckRemote: status 200\n");
        Assert.EndsWith(" 5 content-length", (await policy.RunAsync("hash", "--data", "hello")).Exits(0).Text, StringComparison.Ordinal);
        Assert.EndsWith(" 0 content-length", (await policy.RunAsync("hash", "--data", "")).Exits(0).Text, StringComparison.Ordinal);
        (await policy.RunAsync("echo", "--data", "-5")).Is(0, "-5", "sstreams: QosAckRemote: status 200\n");
    }

    [Fact]
    public async Task File_is_sent_with_its_length()
    {
        const int Length = 5 * 1024 * 1024;
        using var policy = new TestPolicy(TestPolicy.Http("hash", _host.HttpPort, "POST", "/hash"));
        policy.Add("body.bin", DeterministicBytes.Make(Length, 3));
        var result = (await policy.RunAsync("hash", "--data", "@body.bin")).Exits(0);
        Assert.Equal($"{DeterministicBytes.Sha256(Length, 3)} {Length} content-length", result.Text);
    }

    [Fact]
    public async Task File_that_claims_to_be_empty_is_sent_whole()
    {
        const string Made = "/proc/version";
        Assert.SkipUnless(File.Exists(Made), $"There is no {Made} here.");
        using var policy = new TestPolicy(TestPolicy.Http("echo", _host.HttpPort, "POST", "/echo"));
        Assert.Equal(await File.ReadAllTextAsync(Made, TestContext.Current.CancellationToken), (await policy.RunAsync("echo", "--data", "@" + Made)).Exits(0).Text);
    }

    [Fact]
    public async Task Standard_input_is_sent_in_chunks()
    {
        const int Length = 3_000_001;
        using var policy = new TestPolicy(TestPolicy.Http("hash", _host.HttpPort, "POST", "/hash"));
        var result = (await policy.RunAsync(DeterministicBytes.Make(Length, 4), "hash", "--data", "-")).Exits(0);
        Assert.Equal($"{DeterministicBytes.Sha256(Length, 4)} {Length} chunked", result.Text);
        Assert.EndsWith(" 0 chunked", (await policy.RunAsync([], "hash", "--data", "-")).Exits(0).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Standard_input_is_sent_as_it_comes()
    {
        // h2, where an answer may come while the body is still being sent.
        using var policy = new TestPolicy(TestPolicy.Http("echo", _host.H2Port, "POST", "/echo", "\"tls\": true, \"tls_trust_store\": \"known\"").Replace("\"h1\"", "\"h2\"", StringComparison.Ordinal));
        await using var tool = policy.Start(readOutput: false, "echo", "--data", "-");
        var buffer = new byte[16];
        foreach (var word in new[] { "one", "two", "three" })
        {
            // Each word must come back before the next is written: nothing waits for the end of the input.
            await tool.Input.WriteAsync(System.Text.Encoding.ASCII.GetBytes(word), TestContext.Current.CancellationToken);
            await tool.Input.FlushAsync(TestContext.Current.CancellationToken);
            await tool.Output.ReadExactlyAsync(buffer.AsMemory(0, word.Length), TestContext.Current.CancellationToken).AsTask().OrFail(() => $"Waited for '{word}'.");
            Assert.Equal(word, System.Text.Encoding.ASCII.GetString(buffer, 0, word.Length));
        }

        tool.Input.Close();
        (await tool.WaitAsync()).Exits(0);
    }

    [Fact]
    public async Task Metadata_goes_where_the_policy_says()
    {
        using var policy = new TestPolicy(TestPolicy.Http("ask", _host.HttpPort, "GET", "/headers?city=${city}", "\"metadata\": [{ \"city\": \"\" }, { \"key\": \"x-key:\" }]"));
        var result = (await policy.RunAsync("ask", "--metadata", "city=New York", "--metadata", "key=a=b")).Exits(0);
        Assert.StartsWith("GET /headers?city=New%20York HTTP/1.1\n", result.Text, StringComparison.Ordinal);
        Assert.Contains("x-key: a=b\n", result.Text, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Answer_other_than_expected_exits_1_and_shows_the_body()
    {
        using var policy = new TestPolicy(TestPolicy.Http("get", _host.HttpPort, "GET", "/nothing"), TestPolicy.Http("odd", _host.HttpPort, "GET", "/bytes/1", "\"http_expect\": 204"));
        (await policy.RunAsync("get")).Is(1, "no such test endpoint", "sstreams: QosNackRemote: status 404\n");
        (await policy.RunAsync("odd")).Exits(1);
    }

    [Fact]
    public async Task Expected_status_without_body_exits_0()
    {
        using var policy = new TestPolicy(TestPolicy.Http("put", _host.HttpPort, "PUT", "/status/204", "\"http_expect\": 204"));
        (await policy.RunAsync("put", "--data", "x")).Is(0, "", "sstreams: QosAckRemote: status 204\n");
    }

    [Fact]
    public async Task Tls_is_trusted_as_the_policy_says()
    {
        using var policy = new TestPolicy(
            TestPolicy.Http("good", _host.HttpsPort, "GET", "/bytes/3", "\"tls\": true, \"tls_trust_store\": \"known\""),
            TestPolicy.Http("bad", _host.HttpsPort, "GET", "/bytes/3", "\"tls\": true, \"tls_trust_store\": \"other\""));
        Assert.Equal(DeterministicBytes.Make(3), (await policy.RunAsync("good")).Exits(0).Output);
        var bad = (await policy.RunAsync("bad")).Exits(1);
        Assert.Equal("", bad.Text);
        Assert.Contains("sstreams: Unreachable: ", bad.Errors, StringComparison.Ordinal);
        Assert.Contains("Tls/CertificateUntrusted", bad.Errors, StringComparison.Ordinal);
        Assert.Contains("sstreams: AllRetriesFailed", bad.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refused_port_is_retried_as_the_policy_says_and_exits_1()
    {
        using var dead = new DeadPort();
        var port = dead.Number;
        using var policy = new TestPolicy(TestPolicy.Http("get", port, "GET", "/", "\"retry\": \"twice\""));
        var result = (await policy.RunAsync("get")).Exits(1);
        Assert.Equal("", result.Text);
        var lines = result.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(4, lines.Length);
        Assert.StartsWith(string.Create(CultureInfo.InvariantCulture, $"sstreams: Unreachable: nobody listens at 127.0.0.1:{port}"), lines[0], StringComparison.Ordinal);
        Assert.EndsWith("(Connect/ConnectionRefused, attempt 1, retry in 20 ms)", lines[0], StringComparison.Ordinal);
        Assert.EndsWith("(Connect/ConnectionRefused, attempt 2, retry in 30 ms)", lines[1], StringComparison.Ordinal);
        Assert.EndsWith("(Connect/ConnectionRefused, attempt 3, then idle)", lines[2], StringComparison.Ordinal);
        Assert.Equal("sstreams: AllRetriesFailed: Connect/ConnectionRefused, attempt 3, then idle", lines[3]);
    }

    [Fact]
    public async Task File_is_sent_again_from_its_beginning_and_standard_input_cannot_be()
    {
        await using var server = ScriptedServer.Start(Scripts.Answer(503, "later", "Connection: close\r\n"), Scripts.Answer("done"));
        using var policy = new TestPolicy(TestPolicy.Http("post", server.Port, "POST", "/", "\"retry\": \"twice\""));
        policy.Add("body.bin", "hello"u8.ToArray());
        var result = (await policy.RunAsync("post", "--data", "@body.bin", "--trace")).Exits(0);
        Assert.Equal(2, result.Errors.Split("tx 5 bytes").Length - 1);

        // A server that goes away after the first piece; the rest of the input never comes.
        await using var closing = ScriptedServer.Start(Scripts.CloseAfterRequest);
        using var second = new TestPolicy(TestPolicy.Http("post", closing.Port, "POST", "/", "\"retry\": \"twice\""));
        var failed = (await second.RunAsync("hello"u8.ToArray(), "post", "--data", "-")).Exits(1);
        Assert.Contains("5 bytes of the data were sent and cannot be read again; give --data @FILE to allow retries", failed.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answer_cut_short_is_not_continued_with_another_one()
    {
        using var policy = new TestPolicy(TestPolicy.Http("get", _host.HttpPort, "GET", "/abort/1000", "\"retry\": \"twice\""));
        var result = (await policy.RunAsync("get")).Exits(1);
        Assert.True(result.Output.Length <= 1000, $"{result.Output.Length} bytes");
        Assert.Equal(DeterministicBytes.Make(result.Output.Length), result.Output);
    }

    [Fact]
    public async Task Trace_tells_every_state_in_order_and_the_whole_detail()
    {
        using var policy = new TestPolicy(TestPolicy.Http("get", _host.HttpPort, "GET", "/nothing"));
        var result = (await policy.RunAsync("get", "--trace")).Exits(1);
        var states = result.Errors.Split('\n').Where(static line => line.StartsWith('[')).Select(static line => line[(line.IndexOf(']', StringComparison.Ordinal) + 2)..].Split(' ', ':')[0]);
        Assert.Equal(["Creating", "Connecting", "Connected", "connection", "time", "rx", "rx", "QosNackRemote", "Disconnected", "Destroying"], states);
        Assert.Matches(@"(?m)^\[ +\d+\.\d{3}\] Creating\n", result.Errors);
        Assert.Matches($@"(?m)^\[ +\d+\.\d{{3}}\] connection 127\.0\.0\.1:{_host.HttpPort} at 127\.0\.0\.1:{_host.HttpPort} from 127\.0\.0\.1:\d+: names -, connect \d+\.\d ms, TLS -\n", result.Errors);
        Assert.Contains("rx 21 bytes, StartOfMessage\n", result.Errors, StringComparison.Ordinal);
        Assert.Contains($"\n      endpoint: http://127.0.0.1:{_host.HttpPort}/nothing\n", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Data_that_the_streamtype_does_not_send_is_noted()
    {
        using var policy = new TestPolicy(TestPolicy.Http("get", _host.HttpPort, "GET", "/bytes/1"));
        var result = (await policy.RunAsync("get", "--data", "x")).Exits(0);
        Assert.Contains("sstreams: note: the data was not sent: ", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Protocol_that_is_not_there_is_told_by_the_runtime()
    {
        using var policy = new TestPolicy("\"dial\": { \"endpoint\": \"127.0.0.1\", \"port\": 1, \"protocol\": \"raw\" }");
        var result = (await policy.RunAsync("dial")).Exits(1);
        Assert.Contains("sstreams: Unreachable: ", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nailed_up_streamtype_sends_the_data_once()
    {
        using var policy = new TestPolicy(TestPolicy.Http("post", _host.HttpPort, "POST", "/hash", "\"nailed_up\": true"));
        Assert.EndsWith(" 5 content-length", (await policy.RunAsync("post", "--data", "hello")).Exits(0).Text, StringComparison.Ordinal);
        Assert.Single(_host.Requests);
    }
}
