using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.TestSupport.Servers;
using Xunit;

namespace SecureStreams.Tests.Transports.Http;

/// <summary>Connections that transactions share: how many there are, and what one transaction does to the others.</summary>
public sealed class HttpSharingTests
{
    [Theory]
    [InlineData("h2")]
    [InlineData("h2c")]
    public async Task More_requests_than_the_peer_allows_on_a_connection_go_on_others(string kind)
    {
        await using var host = await KestrelTestHost.StartAsync(new() { MaxStreamsPerConnection = 3 });
        await using var bench = new HttpBench();
        var policy = HttpBench.Policy(host, kind, "/gate/all");
        var runs = Enumerable.Range(0, 10).Select(_ => bench.Start(policy)).ToList();
        await host.WaitForRequestAsync(_ => host.Requests.Count >= 10);
        host.OpenGate("all");
        foreach (var run in runs)
            Assert.Null(await run.EndAsync());
        Assert.InRange((kind == "h2" ? host.H2 : host.H2c).Accepted, 4, 10);
        Assert.InRange(host.Requests.GroupBy(static request => request.ConnectionId).Max(static one => one.Count()), 1, 3);

        // What was learned of each connection holds: the next ones find room on those that there are.
        var before = (kind == "h2" ? host.H2 : host.H2c).Accepted;
        foreach (var run in Enumerable.Range(0, 4).Select(_ => bench.Start(policy)).ToList())
            Assert.Null(await run.EndAsync());
        Assert.Equal(before, (kind == "h2" ? host.H2 : host.H2c).Accepted);
    }

    [Fact]
    public async Task A_request_that_a_goaway_refused_is_sent_on_a_new_connection()
    {
        await using var server = ScriptedServer.Start(H2Scripts.GoAwayUnhandled, H2Scripts.Answer("there"u8.ToArray()));
        await using var bench = new HttpBench();
        var (run, failure) = await bench.RunAsync(HttpBench.Policy(server.Port, "h2"));
        Assert.Null(failure);
        Assert.Equal("there", run.ReceivedText);
        Assert.Equal(2, server.Counters.Accepted);
    }

    [Theory]
    [InlineData("GET", 1, null)]
    [InlineData("GET", 2, SsCauseCode.PeerBusy)]
    [InlineData("DELETE", 1, SsCauseCode.PeerBusy)]
    public async Task What_only_asks_is_sent_once_more_when_the_peer_ends_in_order_in_place_of_an_answer(string method, int unanswered, SsCauseCode? code)
    {
        await using var server = ScriptedServer.Start([.. Enumerable.Repeat(H2Scripts.GoAwayHandled, unanswered), H2Scripts.Answer("there"u8.ToArray())]);
        await using var bench = new HttpBench();
        var (run, failure) = await bench.RunAsync(HttpBench.Policy(server.Port, "h2", method: method));
        Assert.Equal(code, failure?.Code);
        Assert.Equal(code is null ? "there" : "", run.ReceivedText);
        Assert.Equal(method == "GET" ? 2 : 1, server.Counters.Accepted);
    }

    [Fact]
    public async Task A_peer_that_turns_every_request_away_is_busy_after_four_connections()
    {
        await using var server = ScriptedServer.Start(H2Scripts.GoAwayUnhandled);
        await using var bench = new HttpBench();
        var (_, failure) = await bench.RunAsync(HttpBench.Policy(server.Port, "h2"));
        Assert.Equal((SsPhase.Peer, SsCauseCode.PeerBusy), (failure!.Phase, failure.Code));
        Assert.Equal(4, server.Counters.Accepted);
    }

    [Fact]
    public async Task A_paused_transaction_does_not_hold_up_its_neighbour_and_takes_no_more_than_its_window()
    {
        const int Length = 64 * 1024 * 1024;
        const int LargestWindow = 16 * 1024 * 1024;
        await using var host = await KestrelTestHost.StartAsync();
        await using var relay = TcpRelay.Start(host.H2cPort);
        await using var bench = new HttpBench();
        var policy = HttpBench.Policy(relay.Port, "h2", url: $"/bytes/{Length}");
        var paused = bench.Start(policy, paused: true);
        await paused.WaitForAsync("connected");

        var received = 0L;
        var hash = System.Security.Cryptography.IncrementalHash.CreateHash(System.Security.Cryptography.HashAlgorithmName.SHA256);
        var neighbour = bench.Start(policy, run =>
        {
            run.KeepReceived = false;
            run.OnPiece = piece =>
            {
                received += piece.Length;
                hash.AppendData(piece);
            };
        });
        Assert.Null(await neighbour.EndAsync());
        Assert.Equal(Length, received);
        Assert.Equal(DeterministicBytes.Sha256(Length), Convert.ToHexStringLower(hash.GetHashAndReset()));

        // One connection, on which the paused one has used no more than its window, frames and acknowledgements included.
        Assert.Single(relay.Connections);
        Assert.InRange(relay.Connections[0].BytesToClient - Length, 0, LargestWindow + (Length / 100));
        Assert.Equal("connected", paused.Story);
        paused.Close();
        await paused.EndAsync();
    }

    [Fact]
    public async Task A_paused_transaction_does_not_keep_pings_from_being_answered()
    {
        var answered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = ScriptedServer.Start(H2Scripts.Play(async (connection, frame, stopping) =>
        {
            if (frame.Type == H2Frame.Headers)
            {
                await connection.WriteAsync(H2Frame.MakeOk(frame.StreamId).ToBytes(), stopping);
                for (var i = 0; i < 6; i++)
                    await connection.WriteAsync(new H2Frame(H2Frame.Data, 0, frame.StreamId, new byte[10_000]).ToBytes(), stopping);
                await connection.WriteAsync(new H2Frame(H2Frame.Ping, 0, 0, new byte[8]).ToBytes(), stopping);
            }

            if (frame is { Type: H2Frame.Ping, Flags: H2Frame.Ack })
                answered.TrySetResult();
        }));
        await using var bench = new HttpBench();
        var run = bench.Start(HttpBench.Policy(server.Port, "h2"), paused: true);
        await answered.Task.OrFail(() => run.Story);
        Assert.DoesNotContain("rx-som", run.Events);
        run.Close();
        await run.EndAsync();
    }
}
