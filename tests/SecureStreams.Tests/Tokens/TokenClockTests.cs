using SecureStreams.Transports;
using Xunit;

namespace SecureStreams.Tests.Tokens;

/// <summary>Tokens when the time of day is set: they are good by both clocks or not at all, renewals go by elapsed time, and the token server is not stormed.</summary>
public sealed class TokenClockTests
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public async Task A_day_of_requests_goes_on_over_a_jump_without_a_refusal_or_a_storm(int direction)
    {
        await using var world = new TokenWorld();
        var (stream, handler) = world.Connect("get");
        Requests(30);
        world.World.Clock.Jump(direction * Day);
        var before = world.Fetches;
        Requests(24 * 60);

        // Forward: the token has expired by the time of day, and one more is fetched. Back: it is renewed when it would have been.
        var renewals = (24 * 3600 / (0.8 * 3595)) + 1;
        Assert.InRange(world.Fetches - before, (int)renewals - 2, (int)renewals + 2);
        Assert.Equal((0, 0), (world.Refusals, world.Expired));
        Assert.Equal(world.Requests, handler.States.Count(static state => state == SsState.QosAckRemote));

        void Requests(int minutes)
        {
            for (var minute = 0; minute < minutes; minute++)
            {
                world.World.PassSeconds(60);
                world.World.Do(stream.Connect);
            }
        }
    }

    [Fact]
    public async Task A_clock_that_is_set_to_and_fro_costs_no_fetch_each_time()
    {
        await using var world = new TokenWorld();
        var (stream, _) = world.Connect("get");
        for (var jump = 0; jump < 100; jump++)
        {
            world.World.Clock.Jump(jump % 2 == 0 ? Day : -Day);
            world.World.PassSeconds(2);
            world.World.Do(stream.Connect);
        }

        // Forward has ended the first; the one that was fetched in the future is good there and here.
        Assert.Equal((2, 101, 0), (world.Fetches, world.Requests, world.Refusals));
    }

    [Fact]
    public async Task A_jump_while_a_token_is_fetched_costs_one_more_fetch_at_most()
    {
        foreach (var jump in new[] { Day, -Day })
        {
            await using var world = new TokenWorld();
            world.Trouble = static _ => { };
            var (_, handler) = world.Connect("get");
            world.World.PassSeconds(3);
            world.World.Clock.Jump(jump);
            world.Trouble = null;
            world.World.Do(() => world.Give(world.World.Peers[0]));
            world.World.PassSeconds(2);
            Assert.InRange(world.Fetches, 1, 2);
            Assert.Contains(SsState.QosAckRemote, handler.States);
            Assert.Equal((1, 0), (world.Requests, world.Refusals));
        }
    }

    [Fact]
    public async Task A_clock_that_is_set_back_makes_a_token_that_was_kept_good_for_no_longer()
    {
        var life = TimeSpan.FromHours(1);
        SsMemoryBlobStore? blobs = null;
        await using var world = new TokenWorld(more: options =>
        {
            // As an earlier run left it.
            blobs = new SsMemoryBlobStore(options.Platform.Time);
            blobs.Write("AUTH_0", "kept"u8, options.Platform.Time.GetUtcNow() + life);
            return options with { Blobs = blobs };
        });
        using var store = blobs!;
        world.Issue("kept", life);
        var (stream, handler) = world.Connect("get");
        Assert.Equal((0, 1, 0), (world.Fetches, world.Requests, world.Refusals));

        world.World.Clock.Jump(-Day);
        world.Trouble = static peer => peer.Close(new TransportFailure(SsPhase.Connect, SsCauseCode.ConnectionRefused, "Nobody listens."));
        world.World.Pass(life - TimeSpan.FromMinutes(1));
        world.World.Do(stream.Connect);
        Assert.Equal(2, world.Requests);
        world.World.PassSeconds(120);
        world.World.Do(stream.Connect);
        world.World.PassSeconds(300);
        Assert.Equal(2, world.Requests);
        Assert.Contains(SsState.AuthFailed, handler.States);

        world.Trouble = null;
        world.World.PassSeconds(120);
        Assert.Equal((3, 0), (world.Requests, world.Refusals));
    }
}
