using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.TestSupport.Servers;
using SecureStreams.Transports;
using Xunit;

namespace SecureStreams.Tests.Transports.Http;

public sealed class HttpBodyTests
{
    [Theory]
    [InlineData("h1", "POST", 1000, true, "content-length")]
    [InlineData("h1", "PUT", 1000, false, "chunked")]
    [InlineData("h1", "PATCH", 0, true, "content-length")]
    [InlineData("h1", "POST", 0, false, "chunked")]
    [InlineData("h1", "DELETE", 10, true, "content-length")]
    [InlineData("h1", "DELETE", 10, false, "none")]
    [InlineData("h1s", "POST", 100_000, true, "content-length")]
    [InlineData("h2", "POST", 100_000, true, "content-length")]
    [InlineData("h2", "POST", 100_000, false, "chunked")]
    [InlineData("h2c", "POST", 0, true, "content-length")]
    [InlineData("h1", "POST", 10 * 1024 * 1024, true, "content-length")]
    [InlineData("h1", "POST", 10 * 1024 * 1024, false, "chunked")]
    [InlineData("h2", "POST", 10 * 1024 * 1024, true, "content-length")]
    [InlineData("h2", "POST", 10 * 1024 * 1024, false, "chunked")]
    public async Task A_body_is_pulled_and_arrives_as_it_was(string kind, string method, int length, bool announce, string framing)
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var bench = new HttpBench();
        var (run, failure) = await bench.RunAsync(HttpBench.Policy(host, kind, "/hash", method), run => run.OnTransmit = Supply.Bytes(length), announce ? length : null);

        Assert.Null(failure);
        var sent = framing == "none" ? 0 : length;
        Assert.Equal($"{DeterministicBytes.Sha256(sent)} {sent} {framing}", run.ReceivedText);
        Assert.EndsWith("connected rx-som rx-eom ack-200 closed", run.Story, StringComparison.Ordinal);
        Assert.Equal(framing != "none" && !(announce && length == 0) ? 1 : 0, run.Events.Count(static one => one == "due"));
        Assert.False(run.Transport.Writer.IsWritable);
    }

    [Theory]
    [InlineData("h1")]
    [InlineData("h2")]
    public async Task The_announced_length_can_be_kept_off_the_wire(string kind)
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var bench = new HttpBench();
        var (run, failure) = await bench.RunAsync(
            HttpBench.Policy(host, kind, "/hash", "POST", "\"http_no_content_length\": true"), run => run.OnTransmit = Supply.Bytes(50, end: false), 50);
        Assert.Null(failure);
        Assert.Equal($"{DeterministicBytes.Sha256(50)} 50 chunked", run.ReceivedText);
    }

    [Theory]
    [InlineData("h1", "/hash")]
    [InlineData("h2", "/hash")]
    [InlineData("h2c", "/echo")]
    public async Task A_body_waits_for_the_application_as_long_as_it_takes(string kind, string url)
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var bench = new HttpBench();
        var run = bench.Start(HttpBench.Policy(host, kind, url, "POST"));
        await run.WaitForAsync("due");

        // The head is out although there is no body yet, and nothing runs out while it waits for us.
        await host.WaitForRequestAsync(url);
        await WritableAsync();
        for (var i = 0; i < 10; i++)
            bench.Clock.Advance(TimeSpan.FromSeconds(14));
        foreach (var (text, flags) in new[] { ("one ", SsTxFlags.StartOfMessage), ("two ", SsTxFlags.None), ("three", SsTxFlags.EndOfMessage) })
        {
            await WritableAsync(() =>
            {
                run.OnTransmit = Supply.Text(text, flags);
                run.PumpOnMailbox(once: true);
                run.OnTransmit = null;
            });
            bench.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Null(await run.EndAsync());
        Assert.StartsWith(url == "/echo" ? "one two three" : $"{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData("one two three"u8))} 13 chunked", run.ReceivedText, StringComparison.Ordinal);

        // Seen in the stream's turn: in the middle of one it may be so for a moment only.
        Task WritableAsync(Action? then = null)
        {
            var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Action attempt = null!;
            attempt = () =>
            {
                if (!run.Transport.Writer.IsWritable && !run.Story.EndsWith("closed", StringComparison.Ordinal))
                {
                    run.Post(attempt);
                    return;
                }

                then?.Invoke();
                done.SetResult();
            };
            run.Post(attempt);
            return done.Task.OrFail(() => run.Story);
        }
    }

    [Theory]
    [InlineData("h1")]
    [InlineData("h2")]
    public async Task A_body_that_ends_early_is_not_sent_as_if_complete(string kind)
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var bench = new HttpBench();
        var (run, failure) = await bench.RunAsync(HttpBench.Policy(host, kind, "/hash", "POST"), run => run.OnTransmit = Supply.Bytes(60), 100);
        Assert.Equal("due closed", run.Story);
        Assert.Equal((SsPhase.Payload, SsCauseCode.PayloadLengthMismatch), (failure!.Phase, failure.Code));
        Assert.Contains("announced a body of 100 bytes and ended it after 60", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Room_never_exceeds_what_was_announced()
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var bench = new HttpBench();
        var rooms = new List<int>();
        var (run, failure) = await bench.RunAsync(
            HttpBench.Policy(host, "h1", "/hash", "POST"),
            run => run.OnTransmit = writer =>
            {
                while (writer.MoreRoom)
                {
                    rooms.Add(writer.GetSpan().Length);
                    writer.Advance(Math.Min(writer.GetSpan().Length, 10_000), SsTxFlags.None);
                }

                Assert.True(writer.GetSpan().IsEmpty);
                return true;
            },
            75_000);
        Assert.Null(failure);
        Assert.Contains(" 75000 content-length", run.ReceivedText, StringComparison.Ordinal);

        // Spans of 16 KiB, 64 KiB gathered for one write, then the rest.
        Assert.Equal([16384, 16384, 16384, 16384, 16384, 15536, 5536], rooms[..7]);
        Assert.Equal(9464, rooms[7]);
        Assert.Equal(8, rooms.Count);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(20_000)]
    [InlineData(300_000)]
    public async Task The_policy_says_how_much_is_gathered_before_the_connection_takes_it(int watermark)
    {
        const int Length = 700_000;
        await using var host = await KestrelTestHost.StartAsync();
        await using var bench = new HttpBench();
        var fills = new List<int>();
        var length = watermark == 1 ? 10 : Length;
        var position = 0;
        var (run, failure) = await bench.RunAsync(
            HttpBench.Policy(host, "h1", "/hash", "POST", $"\"tx_watermark_high\": {watermark}"),
            run => run.OnTransmit = writer =>
            {
                var filled = 0;
                while (writer.MoreRoom)
                {
                    var span = writer.GetSpan();
                    DeterministicBytes.Fill(span, position);
                    filled += span.Length;
                    position += span.Length;
                    writer.Advance(span.Length, SsTxFlags.None);
                }

                fills.Add(filled);
                return true;
            },
            length);
        Assert.Null(failure);
        Assert.Equal($"{DeterministicBytes.Sha256(length)} {length} content-length", run.ReceivedText);
        Assert.All(fills[..^1], filled => Assert.Equal(watermark, filled));
        Assert.Equal(length, fills.Sum());
    }

    [Fact]
    public async Task What_the_connection_has_not_taken_is_queued()
    {
        await using var server = ScriptedServer.Start(Scripts.HangAfterRequest);
        var sockets = new StallingSockets(1000);
        await using var bench = new HttpBench(sockets: sockets);
        var run = bench.Start(HttpBench.Policy(server.Port, method: "POST"), run => run.OnTransmit = Supply.Bytes(40_000, end: false));
        await sockets.Stalled.OrFail(() => run.Story);
        await run.TurnAsync();
        var writer = run.Transport.Writer;
        Assert.Equal((40_000L, false, false), (writer.Queued, writer.IsWritable, writer.MoreRoom));
        run.Close();
        await run.EndAsync();
        Assert.Equal(0, writer.Queued);
    }

    [Fact]
    public async Task What_a_callback_did_not_release_is_not_sent()
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var bench = new HttpBench();
        var calls = 0;
        var (run, _) = await bench.RunAsync(HttpBench.Policy(host, "h1", "/echo", "POST"), run =>
        {
            run.OnTransmit = writer =>
            {
                calls++;
                writer.Advance(System.Text.Encoding.UTF8.GetBytes($"piece{calls} ", writer.GetSpan()), calls == 2 ? SsTxFlags.EndOfMessage : SsTxFlags.None);
                if (calls == 2)
                {
                    writer.RollbackOnMailbox();
                    writer.Advance(System.Text.Encoding.UTF8.GetBytes("last", writer.GetSpan()), SsTxFlags.EndOfStream);
                }

                return true;
            };
        });
        Assert.Equal("piece1 last", run.ReceivedText);
    }

    [Theory]
    [InlineData("h2")]
    [InlineData("h2c")]
    public async Task On_h2_the_response_may_come_while_the_body_is_open(string kind)
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var bench = new HttpBench();
        var run = bench.Start(HttpBench.Policy(host, kind, "/echo", "POST"), run => run.OnTransmit = Once("ping"));
        await run.WaitForAsync("rx-som");
        Assert.Equal("ping", run.ReceivedText);
        run.Post(() =>
        {
            run.OnTransmit = Supply.Text("pong");
            run.PumpOnMailbox();
        });
        Assert.Null(await run.EndAsync());
        Assert.Equal("pingpong", run.ReceivedText);

        static Func<TransportWriter, bool> Once(string text)
        {
            var send = Supply.Text(text, SsTxFlags.StartOfMessage);
            var done = false;
            return writer => !done && (done = send(writer));
        }
    }

    [Theory]
    [InlineData("h1")]
    [InlineData("h2")]
    public async Task An_answer_before_the_end_of_the_body_ends_the_transaction(string kind)
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var bench = new HttpBench();
        var (run, failure) = await bench.RunAsync(HttpBench.Policy(host, kind, "/refuse-upload", "POST"), run => run.OnTransmit = Supply.Bytes(50_000_000));
        Assert.True(failure is null ? run.Story.EndsWith("nack-413 closed", StringComparison.Ordinal) : failure.Code is SsCauseCode.ConnectionReset or SsCauseCode.PeerClosed, $"{run.Story}: {failure}");
        if (kind == "h2")
            Assert.Null(failure);
    }

    [Fact]
    public async Task The_form_type_is_sent_once_and_metadata_wins()
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var bench = new HttpBench();
        const string More = "\"http_www_form_urlencoded\": true, \"metadata\": [{ \"ctype\": \"content-type:\" }]";
        var (run, _) = await bench.RunAsync(HttpBench.Policy(host, "h1", "/headers", "POST", More), run => run.OnTransmit = Supply.Text("a=b"), 3);
        Assert.Contains("Content-Type: application/x-www-form-urlencoded\n", run.ReceivedText, StringComparison.Ordinal);
        Assert.Single(run.ReceivedText.Split('\n'), static line => line.StartsWith("Content-Length:", StringComparison.Ordinal));
        (run, _) = await bench.RunAsync(HttpBench.Policy(host, "h1", "/headers", "POST", More), run => run.With("ctype", "text/plain").OnTransmit = Supply.Text("a=b"), 3);
        Assert.Contains("Content-Type: text/plain\n", run.ReceivedText, StringComparison.Ordinal);
        Assert.DoesNotContain("urlencoded", run.ReceivedText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_that_h2_gave_back_unprocessed_is_pulled_again_from_its_start()
    {
        await using var host = await KestrelTestHost.StartAsync();
        var closedFirst = ScriptedServer.Start(H2Scripts.GoAwayUnhandled);
        await using var _ = closedFirst;
        await using var bench = new HttpBench();
        var sent = 0;
        var run = bench.Start(HttpBench.Policy(closedFirst.Port, "h2", method: "POST"), run => run.OnTransmit = writer => ++sent % 2 == 1 && Supply.Text("x", SsTxFlags.None)(writer));
        await closedFirst.WaitForConnectionsAsync(2);
        run.Close();
        await run.EndAsync();
        Assert.DoesNotContain("connected", run.Events);
    }
}
