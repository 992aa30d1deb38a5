using System.Globalization;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Servers;
using Xunit;

namespace SecureStreams.Tests.Transports.Http;

/// <summary>An answer of which there is always more holds the mailbox of its stream for a while only: what others ask of the stream is done meanwhile.</summary>
public sealed class HttpTurnTests
{
    private const int Pieces = 400;
    private const int Most = 64; // Far fewer than all; how many exactly is not promised.

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_stream_can_be_let_go_while_an_answer_of_small_pieces_goes_on(bool expectedAtOnce)
    {
        using var feed = new Feed();
        await using var server = ScriptedServer.Start(feed.ServeAsync);
        await using var bench = new HttpBench();
        var policy = HttpBench.Policy(server.Port);
        bench.Factory.PlanOf(policy).AnswersAtOnce = expectedAtOnce;
        var (run, failure) = await bench.RunAsync(policy, run => run.OnPiece = _ =>
        {
            if (run.PieceLengths.Count == 3)
                run.Close();
            feed.Next();
        });
        Assert.Equal(SsCauseCode.LocalDisconnect, failure?.Code);
        Assert.InRange(run.PieceLengths.Count, 3, Most);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task It_can_be_paused_and_nothing_is_lost(bool expectedAtOnce)
    {
        using var feed = new Feed();
        await using var server = ScriptedServer.Start(feed.ServeAsync);
        await using var bench = new HttpBench();
        var policy = HttpBench.Policy(server.Port);
        bench.Factory.PlanOf(policy).AnswersAtOnce = expectedAtOnce;
        var paused = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        var run = bench.Start(policy, run => run.OnPiece = _ =>
        {
            if (run.PieceLengths.Count == 3)
            {
                run.Post(() =>
                {
                    run.Transport.PauseReceiveOnMailbox(true);
                    paused.TrySetResult(run.PieceLengths.Count);
                });
            }

            feed.Next();
        });
        Assert.InRange(await paused.Task.OrFail(() => run.Story), 3, Most);
        run.Pause(false);
        Assert.Null(await run.EndAsync());
        Assert.Equal(string.Concat(Enumerable.Range(0, Pieces).Select(Text)), run.ReceivedText);
        Assert.Equal("connected rx-som rx rx-eom ack-200 closed", run.Story);
    }

    private static string Text(int number) => string.Create(CultureInfo.InvariantCulture, $"[{number}]");

    /// <summary>An answer whose next piece is on its way before the one before it has been taken.</summary>
    private sealed class Feed : IDisposable
    {
        private readonly SemaphoreSlim _wanted = new(0);
        private readonly SemaphoreSlim _written = new(0);

        /// <summary>Returns when there is another piece.</summary>
        public void Next()
        {
            _wanted.Release();
            if (!_written.Wait(TestTimeouts.Unexpected))
                throw new CheckFailedException("The server does not write the next piece.");
        }

        public async Task ServeAsync(ScriptedConnection connection, CancellationToken stopping)
        {
            await connection.ReadHeadAsync(stopping);
            await connection.WriteAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + Chunk(0), stopping);
            for (var i = 1; i <= Pieces; i++)
            {
                await _wanted.WaitAsync(stopping);
                try
                {
                    await connection.WriteAsync(i < Pieces ? Chunk(i) : "0\r\n\r\n", stopping);
                }
                finally
                {
                    _written.Release();
                }
            }

            // The end may have come with the last piece, or after it.
            _written.Release();
            await ScriptedConnection.HoldAsync(stopping);
        }

        public void Dispose()
        {
            _wanted.Dispose();
            _written.Dispose();
        }

        private static string Chunk(int number) => string.Create(CultureInfo.InvariantCulture, $"{Text(number).Length:x}\r\n{Text(number)}\r\n");
    }
}
