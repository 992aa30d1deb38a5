using System.Net.Sockets;
using System.Text;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using static SecureStreams.Server.Tests.Http.PlainClient;

namespace SecureStreams.Server.Tests.Http;

/// <summary>A listener that ends in order, also under load.</summary>
public sealed class HttpDrainTests
{
    private const int Clients = 8;
    private const int Before = 500;

    [Fact]
    public async Task A_drain_serves_what_is_under_way_and_closes_connections_that_idle()
    {
        await using var bench = new ServerBench("\"srv\": { \"server\": true, \"protocol\": \"h1\", \"endpoint\": \"127.0.0.1\" }");
        await using var listener = bench.Listen();
        using var idle = await ServerBench.ConnectAsync(listener);
        using var busy = await ServerBench.ConnectAsync(listener);
        await busy.SendAsync(Encoding.ASCII.GetBytes("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n"), TestContext.Current.CancellationToken);
        var handler = await bench.AcceptedAsync();
        await handler.WaitForStateAsync(SsState.ServerTxn);
        var draining = listener.DrainAsync(TestContext.Current.CancellationToken).AsTask();
        await handler.WaitForStateAsync(SsState.EventWaitCancelled);
        var stream = bench.Streams.Single();
        stream.ServerAck(200);
        stream.RequestTransmit(0);
        Assert.StartsWith("HTTP/1.1 200 OK", await ToEndAsync(busy), StringComparison.Ordinal);
        Assert.Equal("", await ToEndAsync(idle));
        Assert.Equal(0, await draining.OrFail(static () => "The drain does not end."));
    }

    [Theory]
    [InlineData("h1", "1.1")]
    [InlineData("h2", "2.0")]
    public async Task Every_request_that_was_accepted_is_answered(string protocol, string version)
    {
        await using var bench = new ServerBench($$"""
            "srv": { "server": true, "protocol": "{{protocol}}", "endpoint": "127.0.0.1" }
            """);
        var served = new Served();
        await using var listener = bench.Context.CreateListener("srv", _ => served);
        using var client = new HttpClient { DefaultRequestVersion = Version.Parse(version), DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        var uri = new Uri($"http://127.0.0.1:{ServerBench.PortOf(listener)}/");
        var answered = 0;
        var asking = Enumerable.Range(0, Clients).Select(_ => Task.Run(AskAsync, TestContext.Current.CancellationToken)).ToList();
        await Poll.UntilAsync(() => Volatile.Read(ref answered) >= Before, () => $"{answered} answers");

        Assert.Equal(0, await listener.DrainAsync(TestContext.Current.CancellationToken).AsTask().OrFail(() => $"The drain does not end: {served}"));
        await Task.WhenAll(asking).OrFail(() => $"Clients go on: {served}");
        Assert.Equal((served.Accepted, 0), (served.Completed, served.Others));
        Assert.Equal(served.Completed, answered);

        async Task AskAsync()
        {
            try
            {
                while (true)
                {
                    using var answer = await client.GetAsync(uri, TestContext.Current.CancellationToken);
                    Assert.Equal(200, (int)answer.StatusCode);
                    Interlocked.Increment(ref answered);
                }
            }
            catch (HttpRequestException)
            {
                // Nobody listens any more.
            }
        }
    }

    /// <summary>Answers each request at once, and counts what became of it.</summary>
    private sealed class Served : SecureStreamHandler
    {
        private int _accepted;
        private int _completed;
        private int _others;

        public int Accepted => Volatile.Read(ref _accepted);

        public int Completed => Volatile.Read(ref _completed);

        public int Others => Volatile.Read(ref _others);

        public override string ToString() => $"{Accepted} accepted, {Completed} completed, {Others} ended otherwise";

        public override SsResult OnState(SecureStream stream, in SsStateChange change)
        {
            if (change.State == SsState.ServerTxn)
            {
                Interlocked.Increment(ref _accepted);
                stream.ServerAck();
                stream.RequestTransmit(0);
            }
            else if (change.State == SsState.Destroying)
            {
                Interlocked.Increment(ref change.Cause.Code == SsCauseCode.Completed ? ref _completed : ref _others);
            }

            return SsResult.Continue;
        }
    }
}
