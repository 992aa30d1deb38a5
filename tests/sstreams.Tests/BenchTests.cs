using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using SecureStreams.TestSupport.Repository;
using SecureStreams.TestSupport.Servers;

namespace SecureStreams.Tool.Tests;

/// <summary><c>sstreams bench</c> against a real HTTP server: what is counted is what was done, and what went wrong is told.</summary>
public sealed partial class BenchTests : IAsyncLifetime
{
    private KestrelTestHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await KestrelTestHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Transactions_are_counted_without_those_of_the_warm_up()
    {
        using var policy = new TestPolicy(TestPolicy.Http("get", _host.HttpPort, "GET", "/bytes/100"));
        var json = await JsonAsync(policy, 0, "get", "--messages", "50", "--warm-up", "7");
        Assert.Equal((50, 5000, 0, "get", "h1", true), (Number(json, "operations"), Number(json, "received_bytes"), Number(json, "sent_bytes"),
            json.GetProperty("mode").GetString(), json.GetProperty("protocol").GetString(), json.GetProperty("complete").GetBoolean()));
        Assert.Equal(57, _host.Requests.Count);
        Assert.Empty(json.GetProperty("troubles").EnumerateArray());
        AssertMeasured(json);
    }

    [Fact]
    public async Task Streams_share_the_messages()
    {
        using var policy = new TestPolicy(TestPolicy.Http("get", _host.H2Port, "GET", "/bytes/100", "\"tls\": true, \"tls_trust_store\": \"known\"").Replace("\"h1\"", "\"h2\"", StringComparison.Ordinal));
        var json = await JsonAsync(policy, 0, "get", "--messages", "101", "--warm-up", "0", "--streams", "8");
        Assert.Equal((101, 10100, 8), (Number(json, "operations"), Number(json, "received_bytes"), Number(json, "streams")));
        Assert.Equal(101, _host.Requests.Count);
    }

    [Fact]
    public async Task Bodies_have_the_size_that_was_asked_for()
    {
        using var policy = new TestPolicy(TestPolicy.Http("post", _host.HttpPort, "POST", "/echo"));
        var json = await JsonAsync(policy, 0, "post", "--messages", "20", "--warm-up", "1", "--size", "40000");
        Assert.Equal((20, 800_000, 800_000), (Number(json, "operations"), Number(json, "sent_bytes"), Number(json, "received_bytes")));
    }

    [Fact]
    public async Task A_duration_ends_it()
    {
        using var policy = new TestPolicy(TestPolicy.Http("get", _host.HttpPort, "GET", "/bytes/1"));
        var json = await JsonAsync(policy, 0, "get", "--duration", "0.3", "--warm-up", "1");
        Assert.True(json.GetProperty("complete").GetBoolean());
        Assert.True(json.GetProperty("seconds").GetDouble() >= 0.3, json.ToString());
        Assert.Equal(_host.Requests.Count - 1, Number(json, "operations"));
    }

    [Fact]
    public async Task Refusals_are_told_by_their_status()
    {
        using var policy = new TestPolicy(TestPolicy.Http("get", _host.HttpPort, "GET", "/status/404"));
        var json = await JsonAsync(policy, 1, "get", "--messages", "6", "--warm-up", "0");
        Assert.Equal((6, 6), (Number(json, "operations"), Number(json, "refused")));
        Assert.Equal("refused: status 404 6", Assert.Single(Troubles(json)));
    }

    [Theory]
    [InlineData("--messages", "5")]
    [InlineData("--duration", "1")]
    public async Task A_peer_that_is_not_there_is_told_with_its_cause(string option, string value)
    {
        using var port = new DeadPort();
        using var policy = new TestPolicy(TestPolicy.Http("get", port.Number, "GET", "/", "\"retry\": \"twice\""));
        var json = await JsonAsync(policy, 1, "get", option, value, "--warm-up", "0");
        Assert.Equal((0, 1), (Number(json, "operations"), Number(json, "lost")));
        Assert.Equal(("every stream gave up", false), (json.GetProperty("ended_by").GetString(), json.GetProperty("complete").GetBoolean()));
        Assert.Equal("unreachable: Connect/ConnectionRefused 3", Assert.Single(Troubles(json)));
    }

    [Fact]
    public async Task With_a_duration_each_stream_is_to_be_at_it_to_the_end()
    {
        // The first answer is cut short, and its stream has no retry.
        await using var peer = ScriptedServer.Start(CutThe(1));
        using var policy = new TestPolicy(TestPolicy.Http("get", peer.Port, "GET", "/"));
        var json = await JsonAsync(policy, 1, "get", "--duration", "0.5", "--warm-up", "0", "--streams", "3");
        Assert.Equal(("1 of 3 streams gave up", false), (json.GetProperty("ended_by").GetString(), json.GetProperty("complete").GetBoolean()));
        Assert.Equal(1, Number(json, "lost"));
        Assert.True(Number(json, "operations") > 0, json.ToString());
    }

    [Fact]
    public async Task What_a_stream_without_retries_leaves_is_done_by_the_others()
    {
        await using var peer = ScriptedServer.Start(CutThe(3));
        using var policy = new TestPolicy(TestPolicy.Http("get", peer.Port, "GET", "/"));
        var json = await JsonAsync(policy, 0, "get", "--messages", "1000", "--warm-up", "0", "--streams", "4");
        Assert.Equal((1000, 1), (Number(json, "operations"), Number(json, "lost")));
        Assert.True(json.GetProperty("complete").GetBoolean());
    }

    [Fact]
    public async Task The_last_stream_that_gives_up_is_told_as_one()
    {
        await using var peer = ScriptedServer.Start(CutThe(3));
        using var policy = new TestPolicy(TestPolicy.Http("get", peer.Port, "GET", "/"));
        var json = await JsonAsync(policy, 1, "get", "--messages", "5", "--warm-up", "0");
        Assert.Equal((2, 1, "every stream gave up"), (Number(json, "operations"), Number(json, "lost"), json.GetProperty("ended_by").GetString()));
    }

    [Fact]
    public async Task An_opportunistic_stream_does_again_what_was_cut_short()
    {
        await using var peer = ScriptedServer.Start(CutThe(3));
        using var policy = new TestPolicy(TestPolicy.Http("get", peer.Port, "GET", "/", "\"opportunistic\": true"));
        var json = await JsonAsync(policy, 0, "get", "--messages", "5", "--warm-up", "0");
        Assert.Equal((5, 1), (Number(json, "operations"), Number(json, "lost")));
        Assert.Contains(Troubles(json), static one => one.StartsWith("cut short: ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("--messages", "5")]
    [InlineData("--duration", "3000")]
    public async Task An_opportunistic_stream_gives_up_a_peer_that_cuts_every_answer_short(string option, string value)
    {
        await using var peer = ScriptedServer.Start(Scripts.TruncateBody(10, 5));
        using var policy = new TestPolicy(TestPolicy.Http("get", peer.Port, "GET", "/", "\"opportunistic\": true"));
        var json = await JsonAsync(policy, 1, "get", option, value, "--warm-up", "0");
        Assert.Equal((0, 100, "every stream gave up"), (Number(json, "operations"), Number(json, "lost"), json.GetProperty("ended_by").GetString()));
        Assert.Contains("gave up after 100 transactions in a row were cut short 1", Troubles(json));
    }

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public async Task A_signal_ends_it_with_the_figures_up_to_then(string signal, int exitCode)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no POSIX signals here.");
        using var policy = new TestPolicy(TestPolicy.Http("get", _host.HttpPort, "GET", "/bytes/10?n=${n}", "\"metadata\": [{ \"n\": \"\" }]"));
        await using var tool = Tool.Start(policy.Directory, readOutput: true, ["bench", "get", "--policy", "policy.json", "--metadata", "n=1", "--warm-up", "0", "--duration", "3000", "--json"]);
        await _host.WaitForRequestAsync("/bytes/10?n=1");
        await Signals.SendAsync(tool, signal);
        var result = (await tool.WaitAsync()).Exits(exitCode);
        var json = JsonDocument.Parse(result.Output).RootElement;
        Assert.Equal((false, $"ended by SIG{signal}"), (json.GetProperty("complete").GetBoolean(), json.GetProperty("ended_by").GetString()));
        Assert.Equal(10 * Number(json, "operations"), Number(json, "received_bytes"));
        Assert.Equal($"sstreams: error: the figures are partial: ended by SIG{signal}\n", result.Errors);
    }

    [Fact]
    public async Task A_time_limit_ends_it()
    {
        using var policy = new TestPolicy(TestPolicy.Http("get", _host.HttpPort, "GET", "/hang"));

        // The limit counts from the start of the program, and there are figures only when that has come to its load: a busy machine takes its time.
        foreach (var limit in new[] { "0.5", "5", "15", "25" })
        {
            var result = (await RunAsync(policy, "get", "--timeout", limit)).Exits(1);
            if (result.Output.Length == 0)
            {
                Assert.Equal($"sstreams: error: not finished within {limit} s\n", result.Errors);
                continue;
            }

            Assert.StartsWith("get: 0 transactions, h1, 1 stream, ", result.Text, StringComparison.Ordinal);
            Assert.Equal($"sstreams: error: the figures are partial: not finished within {limit} s\n", result.Errors);
            return;
        }

        Assert.Fail("There are no figures.");
    }

    [Theory]
    [InlineData("--policy", "policy.json", "--blob", "AUTH_0=@pipe")]
    [InlineData("--policy", "pipe")]
    public async Task A_time_limit_ends_a_wait_for_a_pipe_that_nobody_writes_to(params string[] arguments)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no named pipes in folders here.");
        using var directory = new TestDirectory();
        directory.Add("policy.json", $$"""{ "schema-version": 1, "s": [{ {{TestPolicy.Http("get", _host.HttpPort, "GET", "/bytes/1")}} }] }""");
        directory.AddPipe("pipe");
        (await directory.RunAsync(["bench", "get", .. arguments, "--timeout", "0.5"])).Is(1, "", "sstreams: error: not finished within 0.5 s\n");
        Assert.Empty(_host.Requests);
    }

    [Fact]
    public async Task A_file_that_there_cannot_be_is_told_before_anything_is_asked()
    {
        using var policy = new TestPolicy(TestPolicy.Http("get", _host.HttpPort, "GET", "/bytes/1"));
        (await RunAsync(policy, "get", "--messages", "1", "--output", "missing/x.json")).Is(2, "", "sstreams: error: missing/x.json: cannot be written: there is no such directory\n");
        (await RunAsync(policy, "get", "--messages", "1", "--output", ".")).Is(2, "", "sstreams: error: .: cannot be written: it is a directory\n");
        Assert.Empty(_host.Requests);

        (await RunAsync(policy, "get", "--messages", "1", "--warm-up", "0", "--json", "--output", "x.json")).Is(0, "", "");
        Assert.Equal(["policy.json", "x.json"], Directory.EnumerateFileSystemEntries(policy.Directory).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(1, Number(JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(policy.Directory, "x.json"), TestContext.Current.CancellationToken)).RootElement, "operations"));
    }

    [Fact]
    public async Task Figures_that_cannot_be_written_any_more_are_printed()
    {
        var folder = "";
        await using var peer = ScriptedServer.Start(async (connection, stopping) =>
        {
            Directory.Delete(folder);
            await Scripts.Answer("x")(connection, stopping);
        });
        using var policy = new TestPolicy(TestPolicy.Http("get", peer.Port, "GET", "/"));
        folder = Directory.CreateDirectory(Path.Combine(policy.Directory, "sub")).FullName;
        var result = (await RunAsync(policy, "get", "--messages", "3", "--warm-up", "0", "--json", "--output", "sub/x.json")).Exits(1);
        Assert.Equal("sstreams: error: sub/x.json: cannot be written: there is no such directory\n", result.Errors);
        Assert.Equal(3, Number(JsonDocument.Parse(result.Output).RootElement, "operations"));
    }

    [Fact]
    public async Task Text_has_a_line_for_each_thing()
    {
        using var policy = new TestPolicy(TestPolicy.Http("get", _host.HttpPort, "GET", "/bytes/100"));
        var result = (await RunAsync(policy, "get", "--messages", "20", "--warm-up", "1")).Exits(0);
        Assert.Matches(Report(), result.Text);
        Assert.Equal("", result.Errors);
    }

    [Theory]
    [InlineData("streamtype 'get' is h1, where every message has its answer: leave out --echo", "--echo")]
    [InlineData("streamtype 'get' is h1, where every message has its answer: leave out --one-way", "--one-way")]
    [InlineData("--outstanding: a stream has one transaction at a time; more of them need more --streams", "--outstanding", "2")]
    [InlineData("--size: streamtype 'get' has http_method GET, which sends no body", "--size", "10")]
    public async Task What_the_streamtype_cannot_do_is_refused(string message, params string[] arguments)
    {
        using var policy = new TestPolicy(TestPolicy.Http("get", 1, "GET", "/"));
        (await RunAsync(policy, ["get", .. arguments])).Is(2, "", $"sstreams: error: {message}\n");
    }

    [Theory]
    [InlineData("h1")]
    [InlineData("raw")]
    public async Task Why_no_stream_was_connected_is_told_in_words(string protocol)
    {
        using var dead = new DeadPort();
        using var policy = new TestPolicy(protocol == "h1" ? TestPolicy.Http("it", dead.Number, "GET", "/", "\"retry\": \"twice\"") : RunRawTests.Raw("it", dead.Number, ", \"retry\": \"twice\""));
        var result = (await RunAsync(policy, "it", "--messages", "5")).Exits(1);
        Assert.Equal(
            string.Create(CultureInfo.InvariantCulture,
                $"sstreams: error: the figures are partial: {(protocol == "h1" ? "every stream gave up" : "no stream was connected")}: nobody listens at 127.0.0.1:{dead.Number} (127.0.0.1:{dead.Number}: connection refused); start the server, or correct endpoint and port\n"),
            result.Errors);
    }

    [Fact]
    public async Task A_streamtype_that_is_not_there_is_refused()
    {
        using var policy = new TestPolicy(TestPolicy.Http("page", 1, "GET", "/"), """ "serve": { "server": true, "port": 1, "protocol": "h1" } """);
        (await RunAsync(policy, "pgae")).Is(2, "", "sstreams: error: the policy has no streamtype 'pgae'; did you mean 'page'?\n");
        (await RunAsync(policy, "tides")).Is(2, "", "sstreams: error: the policy has no streamtype 'tides'; of clients it has 'page'\n");
        (await RunAsync(policy, "serve")).Is(2, "", "sstreams: error: streamtype 'serve' is a server; sstreams bench takes client streamtypes\n");
    }

    /// <summary>Answers every request with a body, but of one, counted over all connections, only with the beginning; others have no answer until the client has let that one go.</summary>
    private static ConnectionScript CutThe(int number)
    {
        var requests = 0;
        var cut = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return async (connection, stopping) =>
        {
            while (true)
            {
                try
                {
                    await connection.ReadHeadAsync(stopping);
                }
                catch (EndOfStreamException)
                {
                    return;
                }

                var mine = Interlocked.Increment(ref requests);
                if (mine > number)
                    await cut.Task.WaitAsync(stopping);
                await connection.WriteAsync($"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{(mine == number ? "01234" : "0123456789")}", stopping);
                if (mine != number)
                    continue;
                try
                {
                    connection.HalfClose();
                    await connection.DrainAsync(stopping);
                }
                finally
                {
                    cut.SetResult();
                }

                return;
            }
        };
    }

    private static Task<ToolResult> RunAsync(TestPolicy policy, params string[] arguments) => Tool.RunAsync([], policy.Directory, ["bench", "--policy", "policy.json", .. arguments]);

    private static async Task<JsonElement> JsonAsync(TestPolicy policy, int exitCode, params string[] arguments) =>
        JsonDocument.Parse((await RunAsync(policy, [.. arguments, "--json"])).Exits(exitCode).Output).RootElement;

    private static long Number(JsonElement json, string name) => json.GetProperty(name).GetInt64();

    private static string[] Troubles(JsonElement json) =>
        [.. json.GetProperty("troubles").EnumerateArray().Select(static one => string.Create(CultureInfo.InvariantCulture, $"{one.GetProperty("cause").GetString()} {one.GetProperty("count").GetInt64()}"))];

    private static void AssertMeasured(JsonElement json)
    {
        Assert.True(json.GetProperty("seconds").GetDouble() > 0);
        Assert.Equal(json.GetProperty("operations").GetInt64() / json.GetProperty("seconds").GetDouble(), json.GetProperty("per_second").GetDouble(), 3);
        double[] percentiles = [.. new[] { "p50", "p90", "p99", "p99_9", "max" }.Select(name => json.GetProperty("latency_us").GetProperty(name).GetDouble())];
        Assert.Equal(percentiles.Order(), percentiles);
        Assert.True(percentiles[0] > 0);
        Assert.True(json.GetProperty("processor_us_each").GetProperty("user").GetDouble() >= 0);
        Assert.True(json.GetProperty("allocated_bytes_each").GetDouble() > 0);
    }

    [GeneratedRegex("""
        ^get: 20 transactions, h1, 1 stream, \d+\.\d\d s
          rate:       [\d,]+ transactions/s, sent 0\.0 MB/s, received \d+\.\d MB/s
          latency:    p50 \S+ (us|ms|s), p90 \S+ (us|ms|s), p99 \S+ (us|ms|s), p99\.9 \S+ (us|ms|s), max \S+ (us|ms|s)
          processor:  [\d.]+ us each \(user [\d.]+, system [\d.]+\)
          allocated:  \d+ bytes each
        $
        """)]
    private static partial Regex Report();
}
