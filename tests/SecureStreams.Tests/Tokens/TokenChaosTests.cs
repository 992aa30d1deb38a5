using SecureStreams.TestSupport.Handlers;
using SecureStreams.Transports;
using SecureStreams.Transports.InMemory;
using Xunit;

namespace SecureStreams.Tests.Tokens;

/// <summary>
/// Hours of trouble at the token server and at its peers, on virtual time: no request carries a token that has expired, the token server is not stormed, and once it works
/// every stream that waits gets its turn. <c>SS_TEST_LONG=1</c> tries many more seeds.
/// </summary>
public sealed class TokenChaosTests
{
    private const int Rate = 30;
    private const int Burst = 5;

    [Fact]
    public async Task No_expired_token_is_sent_no_server_stormed_and_nobody_forgotten()
    {
        var seeds = Environment.GetEnvironmentVariable("SS_TEST_LONG") == "1" ? 400 : 4;
        var (fetches, requests) = (0, 0);
        for (var seed = 0; seed < seeds; seed++)
        {
            try
            {
                await using var world = new TokenWorld(policy: Policy);
                Live(world, new Random(seed));
                (fetches, requests) = (fetches + world.Fetches, requests + world.Requests);
            }
            catch (Exception error)
            {
                throw new InvalidOperationException($"Seed {seed}: {error.Message}", error);
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{seeds} seeds: {fetches} fetches, {requests} requests");
        Assert.True(fetches > 20 * seeds && requests > 50 * seeds, $"{fetches} fetches and {requests} requests are too few to show anything.");
    }

    private static string Policy { get; } = TokenWorld.Policy(fetcher: ", \"retry\": \"few\", \"connect_timeout_ms\": 5000", stream: ", \"connect_timeout_ms\": 8000")
        .Replace("\"retry\": [", $"\"governor_rate\": {Rate}, \"governor_burst\": {Burst}, \"governor_in_flight\": 100, \"retry\": [", StringComparison.Ordinal);

    private static void Live(TokenWorld world, Random random)
    {
        var streams = new List<(SecureStream Stream, RecordingHandler Handler)>();
        for (var step = 0; step < 300; step++)
        {
            switch (random.Next(12))
            {
                case 0 or 1:
                    world.Trouble = Troubles(world)[random.Next(6)];
                    break;
                case 2 or 3:
                    world.Trouble = null;
                    break;
                case 4:
                    world.Life = TimeSpan.FromSeconds(random.Next(1, 600));
                    break;
                case 5 when world.Token is { } token:
                    world.Revoked.Add(token);
                    break;
                case 6:
                    world.World.Context.Blobs.Write(SsBlobNames.AuthRoot, "refresh_token=root-secret-0003"u8);
                    break;
                case 7 when streams.Count > 0:
                    world.World.Do(streams[random.Next(streams.Count)].Stream.Disconnect);
                    break;
                case 8 when streams.Count > 3:
                    var gone = random.Next(streams.Count);
                    world.World.Do(() => _ = streams[gone].Stream.DisposeAsync().AsTask());
                    streams.RemoveAt(gone);
                    break;
                case 9 or 10 when streams.Count < 20:
                    streams.Add(world.Connect(random.Next(3) == 0 ? "link" : "get"));
                    break;
            }

            foreach (var (stream, _) in streams)
            {
                if (random.Next(4) == 0)
                    world.World.Do(stream.Connect);
            }

            world.World.PassSeconds(random.Next(4) == 0 ? random.Next(1, 300) : random.NextDouble() * 5);
        }

        // All is well again: whoever asks is served, after the longest hold.
        (world.Trouble, world.Life) = (null, TimeSpan.FromHours(1));
        world.World.PassSeconds(20 * 60);
        foreach (var (stream, handler) in streams)
        {
            var before = handler.States.Count;
            world.World.Do(stream.Connect);
            world.World.PassSeconds(5);
            Assert.True(stream.State == SsState.Connected || handler.States.Skip(before).Contains(SsState.QosAckRemote), $"Not served: {handler.Describe()}");
        }

        Assert.Equal(0, world.Expired);

        // A server that fails is the governor's; one that works, and gives tokens of a second's life, is asked once a second at most.
        AssertRate(world.FetchTimesWhileDown, Rate + Burst + 1);
        AssertRate(world.FetchTimes, 60 + Rate + Burst + 1);
    }

    private static void AssertRate(List<TimeSpan> times, int most)
    {
        for (int first = 0, last = 0; first < times.Count; first++)
        {
            while (last < times.Count && times[last] < times[first] + TimeSpan.FromMinutes(1))
                last++;
            Assert.True(last - first <= most, $"{last - first} requests for a token in the minute after {times[first]}; {most} is the most.");
        }
    }

    private static Action<InMemoryPeer>[] Troubles(TokenWorld world) =>
    [
        peer =>
        {
            world.WasDown = true;
            peer.Close(new TransportFailure(SsPhase.Connect, SsCauseCode.ConnectionRefused, "Nobody listens."));
        },
        static peer => TokenWorld.Answer(peer, 400, """{"error":"invalid_grant"}"""),
        static peer => TokenWorld.Answer(peer, 200, "<html>"),
        static peer => TokenWorld.Answer(peer, 200, """{"access_token":"t","expires_in":0}"""),
        static _ => { },
        peer =>
        {
            // Answers in the middle of a token, and is gone.
            peer.Accept();
            peer.Send("{\"access_"u8.ToArray(), SsRxFlags.StartOfMessage);
            peer.Close(new TransportFailure(SsPhase.Peer, SsCauseCode.ConnectionReset, $"Reset at {world.World.Clock.Elapsed}."));
        },
    ];
}
