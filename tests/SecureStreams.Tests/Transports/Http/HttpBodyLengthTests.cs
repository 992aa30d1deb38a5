using System.Text;
using SecureStreams.TestSupport.Servers;
using SecureStreams.Tests.Integration;
using Xunit;

namespace SecureStreams.Tests.Transports.Http;

/// <summary>A body of HTTP/2 has the length that its head announces, or it is no answer (RFC 9113 section 8.1.1).</summary>
public sealed class HttpBodyLengthTests
{
    private const byte Ok = 0x88; // Entries of the static table, RFC 7541 appendix A.
    private const byte NoContent = 0x89;
    private const byte NotModified = 0x8b;

    public static TheoryData<string, string, string, SsCauseCode> Answers()
    {
        var all = new TheoryData<string, string, string, SsCauseCode>();
        foreach (var way in new[] { "at once", "bit by bit", "bounded" })
        {
            all.Add(way, "200 5 abcde.", "connected rx-som rx-eom ack-200 closed", SsCauseCode.None);
            all.Add(way, "200 5 abc de .", "connected rx-som rx rx-eom ack-200 closed", SsCauseCode.None);
            all.Add(way, "200 5 abc de trailers", "connected rx-som rx rx-eom ack-200 closed", SsCauseCode.None);
            all.Add(way, "200 - abc de.", "connected rx-som rx rx-eom ack-200 closed", SsCauseCode.None);
            all.Add(way, "200 0 .", "connected ack-200 closed", SsCauseCode.None);
            all.Add(way, "200 5 abc de f.", "connected rx-som rx closed", SsCauseCode.ProtocolError);
            all.Add(way, "200 0 a.", "connected closed", SsCauseCode.ProtocolError);
            all.Add(way, "200 5 abc .", "connected rx-som closed", SsCauseCode.PayloadTruncated);
            all.Add(way, "200 5 abc.", "connected rx-som closed", SsCauseCode.PayloadTruncated);
            all.Add(way, "200 5 abc trailers", "connected rx-som closed", SsCauseCode.PayloadTruncated);
            all.Add(way, "200 5 .", "connected closed", SsCauseCode.PayloadTruncated);
            all.Add(way, "200 5.", "connected closed", SsCauseCode.PayloadTruncated);
            all.Add(way, "200 five abcde.", "closed", SsCauseCode.ProtocolError);
            all.Add(way, "HEAD 5000.", "connected ack-200 closed", SsCauseCode.None);
            all.Add(way, "HEAD 5 a.", "connected closed", SsCauseCode.ProtocolError);
            all.Add(way, "204 5000.", "connected ack-204 closed", SsCauseCode.None);
            all.Add(way, "304 5000 .", "connected nack-304 closed", SsCauseCode.None);
        }

        return all;
    }

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task What_comes_is_as_long_as_it_was_announced(string way, string answer, string story, SsCauseCode code)
    {
        var heard = new SemaphoreSlim(0);
        await using var server = ScriptedServer.Start(Script(answer, way == "bit by bit" ? heard : null));
        await using var bench = new HttpBench();
        var policy = HttpBench.Policy(
            server.Port, "h2", method: answer.StartsWith("HEAD", StringComparison.Ordinal) ? "HEAD" : "GET", more: way == "bounded" ? "\"max_body_bytes\": 1000" : "");
        var (run, failure) = await bench.RunAsync(policy, run => run.OnEvent = what =>
        {
            if (what is "connected" or "rx-som" or "rx")
                heard.Release();
        });
        Assert.Equal(code, failure?.Code ?? SsCauseCode.None);
        Assert.Equal("closed", run.Events[^1]);
        if (code == SsCauseCode.ProtocolError)
        {
            // What came with too much in one piece is not told.
            Assert.DoesNotContain(run.Events, static what => what is "rx-eom" or "ack-200");
            Assert.Equal(SsPhase.Protocol, failure!.Phase);
            return;
        }

        // Pieces that come together may be told together.
        Assert.Equal(story.Replace(" rx ", " ", StringComparison.Ordinal), run.Story.Replace(" rx ", " ", StringComparison.Ordinal));
        if (code == SsCauseCode.PayloadTruncated)
            Assert.Equal(SsPhase.Payload, failure!.Phase);
        else if (story.Contains("rx", StringComparison.Ordinal))
            Assert.Equal("abcde", run.ReceivedText);
    }

    [Theory]
    [InlineData("200 5 abc de.", null)]
    [InlineData("HEAD 5.", null)]
    [InlineData("304 5.", null)]
    [InlineData("200 5 abc.", "2 bytes")]
    [InlineData("200 5.", "5 bytes")]
    [InlineData("200 5 abc de f.", "more")]
    public async Task An_HttpClient_over_the_policy_does_not_take_it_either(string answer, string? problem)
    {
        await using var server = ScriptedServer.Start(Script(answer, null));
        await using var bench = new ClientBench(ClientBench.At(server.Port, "\"protocol\": \"h2\""));
        using var client = bench.Context.CreateHttpClient("api");
        foreach (var completion in new[] { HttpCompletionOption.ResponseContentRead, HttpCompletionOption.ResponseHeadersRead })
        {
            var error = await Record.ExceptionAsync(() => ReadAsync(completion));
            if (problem is null)
                Assert.Null(error);
            else
                Assert.Contains(problem, Assert.IsAssignableFrom<Exception>(error).ToString(), StringComparison.Ordinal);
        }

        async Task ReadAsync(HttpCompletionOption completion)
        {
            using var request = new HttpRequestMessage(answer.StartsWith("HEAD", StringComparison.Ordinal) ? HttpMethod.Head : HttpMethod.Get, "x");
            using var response = await client.SendAsync(request, completion, TestContext.Current.CancellationToken);
            await using var body = await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
            await body.CopyToAsync(Stream.Null, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Answers every request so: status or HEAD, the length announced or a dash, pieces of the body; a dot ends the stream with what it stands behind.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="heard">Waited for before each piece; null where none is waited for.</param>
    private static ConnectionScript Script(string answer, SemaphoreSlim? heard) => H2Scripts.Play(async (connection, frame, stopping) =>
    {
        if (frame.Type != H2Frame.Headers)
            return;
        var words = answer.Split(' ');
        var isHead = true;
        foreach (var word in words[1..])
        {
            if (!isHead && heard is not null)
                await heard.WaitAsync(stopping);
            var last = word.EndsWith('.') ? H2Frame.EndStream : (byte)0;
            var text = word.TrimEnd('.');
            var next = (isHead, text) switch
            {
                (true, _) => new H2Frame(H2Frame.Headers, (byte)(H2Frame.EndHeaders | last), frame.StreamId, [StatusOf(words[0]), .. text == "-" ? [] : Field("content-length", text)]),
                (_, "trailers") => new H2Frame(H2Frame.Headers, H2Frame.EndHeaders | H2Frame.EndStream, frame.StreamId, Field("x-sum", "7")),
                _ => new H2Frame(H2Frame.Data, last, frame.StreamId, Encoding.ASCII.GetBytes(text)),
            };
            await connection.WriteAsync(next.ToBytes(), stopping);
            isHead = false;
        }
    });

    private static byte StatusOf(string word) => word switch { "204" => NoContent, "304" => NotModified, _ => Ok };

    /// <summary>A literal field without indexing, with a new name (RFC 7541 section 6.2.2).</summary>
    private static byte[] Field(string name, string value) => [0, (byte)name.Length, .. Encoding.ASCII.GetBytes(name), (byte)value.Length, .. Encoding.ASCII.GetBytes(value)];
}
