using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.TestSupport.Servers;
using SecureStreams.Transports;
using Xunit;

namespace SecureStreams.Tests.Transports.Http;

public sealed class HttpMultipartTests
{
    private const string Part = "\"http_multipart_name\": \"file\", \"http_multipart_filename\": \"a.bin\", \"http_mime_content_type\": \"image/x\"";

    [Theory]
    [InlineData("h1", 1000, true)]
    [InlineData("h1", 1000, false)]
    [InlineData("h1", 0, true)]
    [InlineData("h1", 0, false)]
    [InlineData("h1s", 300_000, true)]
    [InlineData("h2", 300_000, true)]
    [InlineData("h2", 300_000, false)]
    [InlineData("h2c", 0, true)]
    [InlineData("h2c", 5, false)]
    public async Task A_body_goes_out_as_one_part(string kind, int length, bool announce)
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var bench = new HttpBench();
        var (run, failure) = await bench.RunAsync(HttpBench.Policy(host, kind, "/form", "POST", Part), run => run.OnTransmit = Supply.Bytes(length), announce ? length : null);
        Assert.Null(failure);

        // ASP.NET Core has read the body to its end, so the length was right to the byte.
        var framing = "--".Length + 32 + "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.bin\"\r\nContent-Type: image/x\r\n\r\n".Length + "\r\n--".Length + 32 + "--\r\n".Length;
        Assert.Equal(
            $"{(announce ? $"content-length {length + framing}" : "no length")}\nform-data file|a.bin|image/x|{length} {DeterministicBytes.Sha256(length)}\n", run.ReceivedText);
        Assert.EndsWith("ack-200 closed", run.Story, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Any_of_the_three_attributes_asks_for_a_part_and_a_name_is_always_there()
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var bench = new HttpBench();
        foreach (var (attribute, part) in new[]
        {
            ("\"http_multipart_name\": \"n\"", "form-data n||"), ("\"http_multipart_filename\": \"f\"", "form-data t|f|"), ("\"http_mime_content_type\": \"a/b\"", "form-data t||a/b"),
        })
        {
            var (run, failure) = await bench.RunAsync(HttpBench.Policy(host, "h1", "/form", "PUT", attribute), run => run.OnTransmit = Supply.Text("x"), 1);
            Assert.Null(failure);
            Assert.Contains(part, run.ReceivedText, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Boundaries_are_never_the_same_and_the_wire_is_as_specified()
    {
        var seen = new HashSet<string>();
        var wire = "";
        await using var server = ScriptedServer.Start(async (connection, stopping) =>
        {
            for (var i = 0; i < 20; i++)
            {
                var head = await connection.ReadHeadAsync(stopping);
                var fields = head.Split("\r\n");
                var length = int.Parse(fields.Single(static one => one.StartsWith("Content-Length: ", StringComparison.Ordinal))[16..], CultureInfo.InvariantCulture);
                var boundary = fields.Single(static one => one.StartsWith("Content-Type: ", StringComparison.Ordinal))["Content-Type: multipart/form-data; boundary=".Length..];
                Assert.True(seen.Add(boundary));
                wire = Encoding.Latin1.GetString(await connection.ReadAsync(length, stopping)).Replace(boundary, "BOUNDARY", StringComparison.Ordinal);
                await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", stopping);
            }
        });
        await using var bench = new HttpBench();
        var policy = HttpBench.Policy(server.Port, method: "POST", more: "\"http_multipart_name\": \"a\\\"b\"");
        for (var i = 0; i < 20; i++)
            Assert.Null((await bench.RunAsync(policy, run => run.OnTransmit = Supply.Text("hello"), 5)).Failure);
        Assert.Equal("--BOUNDARY\r\nContent-Disposition: form-data; name=\"a%22b\"\r\n\r\nhello\r\n--BOUNDARY--\r\n", wire);
        Assert.Equal(20, seen.Count);
    }

    [Theory]
    [InlineData("h1", false)]
    [InlineData("h1", true)]
    [InlineData("h2", false)]
    [InlineData("h2c", true)]
    public async Task Streamtypes_share_a_request_and_the_handler_is_told_whose_turn_it_is(string kind, bool announce)
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var bench = new HttpBench();
        var policy = Chain(bench, host, kind);
        var asked = new List<string>();
        var audio = Supply.Bytes(200_000);
        var (run, failure) = await bench.RunAsync(
            policy,
            run => run.OnTransmit = writer =>
            {
                var wanted = run.Transport.Rideshare!;
                if (asked.LastOrDefault() != wanted)
                    asked.Add(wanted);
                return wanted switch
                {
                    "first" => Supply.Text("{}")(writer),
                    "second" => audio(writer),
                    _ => Supply.Text("")(writer),
                };
            },
            announce ? 200_002 : null);
        Assert.Null(failure);
        Assert.Equal(announce ? ["first", "second"] : ["first", "second", "third"], asked); // Announced, the whole ends with the second, and the third is empty.
        Assert.Equal(asked.Count, run.Events.Count(static one => one == "due"));
        var lines = run.ReceivedText.Split('\n');
        Assert.StartsWith(announce ? "content-length 200" : "no length", lines[0], StringComparison.Ordinal);
        Assert.Equal(
            [
                $"form-data metadata||application/json|2 {Hash("{}")}", $"form-data audio|a.raw|application/octet-stream|200000 {DeterministicBytes.Sha256(200_000)}",
                $"form-data third||text/plain|0 {Hash("")}", "",
            ],
            lines[1..]);
    }

    [Fact]
    public async Task A_part_waits_for_the_application_and_a_body_that_is_sent_again_begins_with_its_first_part()
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var bench = new HttpBench();
        var policy = Chain(bench, host, "h1", "/redirect-to?code=307&url=/form", "\"allow_redirects\": true");
        var asked = new List<string>();
        var (run, failure) = await bench.RunAsync(
            policy,
            run => run.OnTransmit = writer =>
            {
                asked.Add(run.Transport.Rideshare!);
                return Supply.Text(run.Transport.Rideshare!)(writer);
            });
        Assert.Null(failure);
        Assert.Equal(["first", "second", "third", "first", "second", "third"], asked);
        Assert.Contains("restarted", run.Events);
        Assert.Contains($"form-data audio|a.raw|application/octet-stream|6 {Hash("second")}\n", run.ReceivedText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_last_part_that_ends_early_is_not_sent_as_if_complete()
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var bench = new HttpBench();
        var policy = Chain(bench, host, "h1");
        var (_, failure) = await bench.RunAsync(policy, run => run.OnTransmit = Supply.Text("abc"), 10);
        Assert.Equal(SsCauseCode.PayloadLengthMismatch, failure!.Code);
        Assert.Contains("announced a body of 10 bytes and ended it after 9", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_streamtype_that_is_gone_fails_the_attempt_by_name()
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var bench = new HttpBench();
        var policy = Chain(bench, host, "h1");
        bench.Model = HttpBench.Load("\"other\": { \"endpoint\": \"x\" }");
        var (run, failure) = await bench.RunAsync(policy);
        Assert.Equal("closed", run.Story);
        Assert.Equal(("rideshare", SsPhase.Policy), (failure!.Attribute, failure.Phase));
        Assert.Contains("'second'", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_type_of_the_body_is_not_the_applications_to_set()
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var bench = new HttpBench();
        var policy = HttpBench.Policy(host, "h1", "/form", "POST", Part + ", \"metadata\": [{ \"type\": \"content-type:\" }]");
        var (run, failure) = await bench.RunAsync(policy, run => run.With("type", "text/plain"));
        Assert.Equal("closed", run.Story);
        Assert.Contains("http_mime_content_type", failure!.Message, StringComparison.Ordinal);
        Assert.Null((await bench.RunAsync(policy, run => run.OnTransmit = Supply.Text("x"))).Failure);
    }

    [Fact]
    public async Task Whose_turn_it_is_the_stream_tells()
    {
        await using var host = await KestrelTestHost.StartAsync();
        var model = Streams(host, "h1", "/form", "");
        await using var context = new LocalContext(model);
        var handler = new Rider();
        await using var stream = context.Create("first", handler);
        Assert.Equal("first", stream.Rideshare);
        stream.RequestTransmit();
        await handler.Done.Task.OrFail(() => "The transaction does not end.");
        Assert.Equal(["first", "second", "third"], handler.Asked);
        Assert.Contains($"form-data audio|a.raw|application/octet-stream|6 {Hash("second")}\n", Encoding.UTF8.GetString([.. handler.Received]), StringComparison.Ordinal);
    }

    private static Policy.StreamTypePolicy Chain(HttpBench bench, KestrelTestHost host, string kind, string url = "/form", string more = "")
    {
        bench.Model = Streams(host, kind, url, more);
        return bench.Model.StreamTypes["first"];
    }

    private static Policy.PolicyModel Streams(KestrelTestHost host, string kind, string url, string more)
    {
        var (port, protocol, tls) = kind switch { "h1" => (host.HttpPort, "h1", "false"), "h2" => (host.H2Port, "h2", "true"), _ => (host.H2cPort, "h2", "false") };
        return HttpBench.Load($$"""
            "first": { "endpoint": "127.0.0.1", "port": {{port}}, "protocol": "{{protocol}}", "tls": {{tls}}{{(tls == "true" ? ", \"tls_trust_store\": \"main\"" : "")}}, "http_method": "POST", "http_url": "{{url}}",
                "http_multipart_name": "metadata", "http_mime_content_type": "application/json", "rideshare": "second"{{(more.Length > 0 ? ", " + more : "")}} },
            "second": { "endpoint": "x", "http_method": "POST", "http_multipart_name": "audio", "http_multipart_filename": "a.raw", "http_mime_content_type": "application/octet-stream", "rideshare": "third" },
            "third": { "endpoint": "x", "http_method": "POST", "http_mime_content_type": "text/plain" }
            """);
    }

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private sealed class Rider : SecureStreamHandler
    {
        public List<string> Asked { get; } = [];

        public List<byte> Received { get; } = [];

        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override SsTransmitResult OnTransmit(SecureStream stream, scoped ref SsTransmit tx)
        {
            Asked.Add(stream.Rideshare);
            tx.Commit(Encoding.UTF8.GetBytes(stream.Rideshare, tx.Buffer), SsTxFlags.WholeMessage);
            return SsTransmitResult.Send;
        }

        public override SsResult OnReceive(SecureStream stream, ReadOnlySpan<byte> payload, SsRxFlags flags)
        {
            Received.AddRange(payload);
            return SsResult.Continue;
        }

        public override SsResult OnState(SecureStream stream, in SsStateChange change)
        {
            if (change.State is SsState.Disconnected or SsState.AllRetriesFailed)
                Done.TrySetResult();
            return SsResult.Continue;
        }
    }
}
