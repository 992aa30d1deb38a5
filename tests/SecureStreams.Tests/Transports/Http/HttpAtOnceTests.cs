using System.Globalization;
using SecureStreams.TestSupport.Servers;
using SecureStreams.Transports.Http;
using Xunit;

namespace SecureStreams.Tests.Transports.Http;

/// <summary>Answers of unknown length: whether the next one will be there with its head is guessed from the last, and a wrong guess changes nothing of what is told.</summary>
public sealed class HttpAtOnceTests
{
    private const string Head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    private const string End = "0\r\n\r\n";

    [Fact]
    public async Task An_answer_that_is_not_like_the_last_one_is_told_in_full_all_the_same()
    {
        var heard = new SemaphoreSlim(0);
        var large = new string('y', 100_000);
        await using var server = ScriptedServer.Start(async (connection, stopping) =>
        {
            foreach (var answer in new[] { Head + Chunk("small") + End, Head + Chunk("as small") + End })
                await AnswerAsync(answer);

            // Bit by bit, each after the one before has been heard.
            await AnswerAsync(Head);
            foreach (var part in new[] { Chunk("one"), Chunk("two"), End })
            {
                await heard.WaitAsync(stopping);
                await connection.WriteAsync(part, stopping);
            }

            await AnswerAsync(Head + Chunk("small again") + End);
            await AnswerAsync(Head + Chunk(large) + End);
            await ScriptedConnection.HoldAsync(stopping);

            async Task AnswerAsync(string text)
            {
                await connection.ReadHeadAsync(stopping);
                await connection.WriteAsync(text, stopping);
            }
        });
        await using var bench = new HttpBench();
        var policy = HttpBench.Policy(server.Port);
        var plan = bench.Factory.PlanOf(policy);
        Assert.False(plan.AnswersAtOnce);

        await AssertAsync("small", "connected rx-som rx-eom ack-200 closed");
        Assert.True(plan.AnswersAtOnce);
        await AssertAsync("as small", "connected rx-som rx-eom ack-200 closed");
        Assert.True(plan.AnswersAtOnce);

        await AssertAsync("onetwo", "connected rx-som rx rx-eom ack-200 closed", what =>
        {
            if (what is "connected" or "rx-som" or "rx")
                heard.Release();
        });
        Assert.False(plan.AnswersAtOnce);

        await AssertAsync("small again", "connected rx-som rx-eom ack-200 closed");
        Assert.True(plan.AnswersAtOnce);
        var pieces = await AssertAsync(large, "connected rx-som rx rx-eom ack-200 closed");
        Assert.Equal(HttpDefaults.SmallBodyBytes, pieces[0]);
        Assert.All(pieces, static piece => Assert.InRange(piece, 0, HttpDefaults.PieceBytes));
        Assert.Contains(pieces, static piece => piece > HttpDefaults.SmallBodyBytes);

        async Task<IReadOnlyList<int>> AssertAsync(string body, string story, Action<string>? onEvent = null)
        {
            var (run, failure) = await bench.RunAsync(policy, run => run.OnEvent = onEvent);
            Assert.Null(failure);
            Assert.Equal(body, run.ReceivedText);
            Assert.Equal(story, run.Story);
            return run.PieceLengths;
        }
    }

    private static string Chunk(string text) => string.Create(CultureInfo.InvariantCulture, $"{text.Length:x}\r\n{text}\r\n");
}
