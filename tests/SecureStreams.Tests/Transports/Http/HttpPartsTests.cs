using System.Text;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Servers;
using Xunit;

namespace SecureStreams.Tests.Transports.Http;

/// <summary>Multipart answers that are taken apart.</summary>
public sealed class HttpPartsTests
{
    private const string Apart = "\"http_multipart_ss_in\": true, \"metadata\": [{ \"type\": \"content-type\" }, { \"place\": \"content-disposition\" }, { \"whole\": \"x-whole\" }]";
    private const string Body = "ignored\r\n--b\r\nContent-Type: a/b\r\nContent-Disposition: form-data; name=\"one\"\r\n\r\n{1}\r\n--b\r\nX-Whole: of the part\r\n\r\n\r\n--b\r\n\r\n3\r\n--b--\r\nignored";
    private const string BodyStory = "connected rx-RelatedStart rx-som rx-eom rx-StartOfMessage, EndOfMessage rx-som rx-EndOfMessage, RelatedEnd ack-200 closed";

    [Theory]
    [InlineData("h1", "multipart/related; boundary=b")]
    [InlineData("h2", "multipart/form-data; boundary=b")]
    [InlineData("h2c", "Multipart/Mixed; boundary=\"b\"")]
    public async Task Each_part_is_a_message_and_its_headers_are_metadata(string kind, string type)
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var bench = new HttpBench();
        var heads = new List<string>();
        var (run, failure) = await bench.RunAsync(HttpBench.Policy(host, kind, Url(type, Body), more: Apart), run => run.OnEvent = what =>
        {
            if (what is "connected" or "rx-som" or "rx-StartOfMessage, EndOfMessage")
                heads.Add($"{run.Metadata.Current(0)}|{run.Metadata.Current(1)}|{run.Metadata.Current(2)}");
        });
        Assert.Null(failure);
        Assert.Equal(BodyStory, run.Story);
        Assert.Equal("{1}3", run.ReceivedText);
        Assert.Equal([$"{type}||all", "a/b|form-data; name=\"one\"|all", "||of the part", "||all"], heads);
    }

    [Theory]
    [InlineData("text/plain; boundary=b")]
    [InlineData("application/multipart; boundary=b")]
    public async Task Other_answers_come_as_they_are(string type)
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var bench = new HttpBench();
        var (run, failure) = await bench.RunAsync(HttpBench.Policy(host, "h1", Url(type, Body), more: Apart));
        Assert.Null(failure);
        Assert.Equal(Body, run.ReceivedText);
        Assert.Equal("connected rx-som rx-eom ack-200 closed", run.Story);
    }

    [Fact]
    public async Task Without_the_attribute_it_comes_as_it_is()
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var bench = new HttpBench();
        var (run, _) = await bench.RunAsync(HttpBench.Policy(host, "h1", Url("multipart/mixed; boundary=b", Body)));
        Assert.Equal(Body, run.ReceivedText);
    }

    [Theory]
    [InlineData("multipart/mixed; boundary=b", "--b--", "connected rx-RelatedStart rx-RelatedEnd ack-200 closed", null)]
    [InlineData("multipart/mixed; boundary=b", "--b\r\n\r\nabc", "connected rx-RelatedStart rx-som closed", "ends without its last boundary")]
    [InlineData("multipart/mixed; boundary=b", "nothing", "connected closed", "ends without its last boundary")]
    [InlineData("multipart/mixed; boundary=b", "", "connected closed", "ends without its last boundary")]
    [InlineData("multipart/mixed; boundary=b", "--b\r\nno colon\r\n\r\nx\r\n--b--", "connected closed", "a header of a part has no name")]
    [InlineData("multipart/mixed; boundary=b", "--b\r\n\r\n1\r\n--bx\r\n", "connected rx-RelatedStart rx-som closed", "the line of a boundary goes on")]
    [InlineData("multipart/mixed", "--b--", "closed", "no usable boundary")]
    [InlineData("multipart/mixed; boundary=\"b", "--b--", "closed", "no usable boundary")]
    public async Task A_malformed_answer_is_no_success(string type, string body, string story, string? problem)
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var bench = new HttpBench();
        var (run, failure) = await bench.RunAsync(HttpBench.Policy(host, "h1", Url(type, body), more: Apart));
        Assert.Equal(story, run.Story);
        Assert.Equal(problem is not null, failure is not null);
        if (problem is null)
            return;
        Assert.Equal((SsPhase.Protocol, SsCauseCode.ProtocolError, "http_multipart_ss_in"), (failure!.Phase, failure.Code, failure.Attribute));
        Assert.Contains(problem, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Headers_of_a_part_have_a_bound()
    {
        await using var server = ScriptedServer.Start(Scripts.Answer(200, $"--b\r\nX: {new string('x', 9000)}\r\n\r\n1\r\n--b--", "Content-Type: multipart/mixed; boundary=b\r\n"));
        await using var bench = new HttpBench();
        var (_, failure) = await bench.RunAsync(HttpBench.Policy(server.Port, more: Apart));
        Assert.Contains("8192 bytes", failure!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pausing_holds_the_parts_that_follow_in_the_same_piece()
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var bench = new HttpBench();
        var run = bench.Start(HttpBench.Policy(host, "h1", Url("multipart/mixed; boundary=b", Body), more: Apart), run => run.OnEvent = what =>
        {
            if (what.StartsWith("rx", StringComparison.Ordinal))
                run.Transport.PauseReceiveOnMailbox(true);
        });
        async Task ComeAsync(int count)
        {
            while (Received() < count)
                await run.TurnAsync();
        }

        int Received() => run.Events.Count(static what => what.StartsWith("rx", StringComparison.Ordinal));

        for (var seen = 1; seen <= 5; seen++)
        {
            // By number, since names repeat.
            var wanted = seen;
            await ComeAsync(wanted).OrFail(() => $"Piece {wanted} never came; so far: {run.Story}");
            for (var i = 0; i < 3; i++)
                await run.TurnAsync();
            Assert.Equal(seen, Received());
            if (seen < 5)
                run.Pause(false);
        }

        run.OnEvent = null;
        run.Pause(false);
        Assert.Null(await run.EndAsync());
        Assert.Equal(BodyStory, run.Story);
        Assert.Equal("{1}3", run.ReceivedText);
    }

    [Fact]
    public async Task Letting_go_between_two_parts_ends_it()
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var bench = new HttpBench();
        var run = bench.Start(HttpBench.Policy(host, "h1", Url("multipart/mixed; boundary=b", Body), more: Apart), run => run.OnEvent = what =>
        {
            if (what == "rx-eom")
                run.Transport.CloseOnMailbox();
        });
        Assert.Equal(SsCauseCode.LocalDisconnect, (await run.EndAsync())!.Code);
        Assert.Equal("connected rx-RelatedStart rx-som rx-eom closed", run.Story);
    }

    [Fact]
    public async Task Parts_may_come_byte_by_byte()
    {
        var text = $"HTTP/1.1 200 OK\r\nContent-Type: multipart/mixed; boundary=b\r\nX-Whole: all\r\nContent-Length: {Body.Length}\r\n\r\n{Body}";
        await using var server = ScriptedServer.Start(async (connection, stopping) =>
        {
            await connection.ReadHeadAsync(stopping);
            foreach (var one in Encoding.Latin1.GetBytes(text))
                await connection.WriteAsync([one], stopping);
        });
        await using var bench = new HttpBench();
        var (run, failure) = await bench.RunAsync(HttpBench.Policy(server.Port, more: Apart));
        Assert.Null(failure);
        Assert.Equal("{1}3", run.ReceivedText);
        Assert.EndsWith("rx-EndOfMessage, RelatedEnd ack-200 closed", run.Story, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Awaiting_gives_a_message_for_each_part()
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var context = new LocalContext(HttpBench.Load(
            $"\"t\": {{ \"endpoint\": \"127.0.0.1\", \"port\": {host.HttpPort}, \"http_url\": \"{Url("multipart/mixed; boundary=b", Body)}\", {Apart} }}"));
        await using var stream = context.Create("t");
        var messages = stream.ReadMessagesAsync(new SsReadOptions { Metadata = ["type"] }, TestContext.Current.CancellationToken);
        stream.Connect();
        var texts = new List<string>();
        await foreach (var message in messages)
        {
            texts.Add($"{message.GetMetadata("type")}:{Encoding.UTF8.GetString(message.Payload.Span)}");
            if (texts.Count == 3)
                break;
        }

        Assert.Equal(["a/b:{1}", ":", ":3"], texts);
    }

    private static string Url(string type, string body) => $"/parts?type={Uri.EscapeDataString(type)}&body={Uri.EscapeDataString(body)}";
}
