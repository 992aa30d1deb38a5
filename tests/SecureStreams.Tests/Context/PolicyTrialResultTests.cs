using SecureStreams.Policy;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.Tests.Core;
using SecureStreams.Transports;
using SecureStreams.Transports.InMemory;
using Xunit;
using static SecureStreams.Tests.Context.TrialBench;

namespace SecureStreams.Tests.Context;

/// <summary>A policy on trial, on virtual time: what results of transactions say of it.</summary>
public sealed class PolicyTrialResultTests
{
    [Theory]
    [InlineData(10, 9, SsPolicyTrialState.Confirmed)]
    [InlineData(10, 8, SsPolicyTrialState.Reverted)]
    [InlineData(0, 0, SsPolicyTrialState.Confirmed)]
    [InlineData(1, 0, SsPolicyTrialState.Reverted)]
    public async Task The_share_of_acknowledged_transactions_is_exact(int all, int good, SsPolicyTrialState outcome)
    {
        await using var world = new CoreWorld(Usual);
        var (stream, _) = world.Create("http");
        var trial = world.Context.ApplyOverlay(Port("http", 81), "move", Minute).Trial!;
        for (var i = 0; i < all; i++)
            Transact(world, stream, ack: i < good);
        world.PassSeconds(60);
        var result = await trial.Completion;
        Assert.Equal(outcome, result.State);
        Assert.Equal((good, all - good), (result.Evidence[0].Acked, result.Evidence[0].NotAcked));
    }

    [Fact]
    public async Task Results_are_held_against_those_before()
    {
        await using var world = new CoreWorld(Usual);
        var (stream, _) = world.Create("http");
        for (var i = 0; i < 10; i++)
            Transact(world, stream, ack: i % 2 == 0);
        var trial = world.Context.ApplyOverlay(Port("http", 81), "a", Minute).Trial!;
        for (var i = 0; i < 20; i++)
            Transact(world, stream, ack: i < 9);
        world.PassSeconds(60);
        var result = await trial.Completion;
        Assert.Equal(SsPolicyTrialState.Confirmed, result.State);
        Assert.Equal(0.5, result.Evidence[0].AckedBefore);
    }

    [Fact]
    public async Task Results_that_are_far_worse_take_it_back_at_once()
    {
        await using var world = new CoreWorld(Usual);
        var (stream, _) = world.Create("http");
        Transact(world, stream, ack: true);
        var trial = world.Context.ApplyOverlay(Port("http", 81), "a", Minute).Trial!;
        for (var i = 0; i < 9; i++)
            Transact(world, stream, ack: false);
        Assert.Equal(SsPolicyTrialState.Running, trial.State);
        Transact(world, stream, ack: false);
        Assert.Equal(SsPolicyTrialState.Reverted, (await trial.Completion).State);
        Assert.Equal(80, world.Context.Policy.StreamTypes["http"].Port);
    }

    [Fact]
    public async Task A_request_that_is_tried_again_at_the_end_counts_against_it()
    {
        await using var world = new CoreWorld(Usual.Replace("\"conceal\": 1", "\"conceal\": 65535", StringComparison.Ordinal));
        var (stream, _) = world.Create("http");
        Transact(world, stream, ack: true);
        RefuseAt(world, 81);
        var trial = world.Context.ApplyOverlay(Port("http", 81), "a", Minute).Trial!;
        world.Do(stream.Connect);
        world.PassSeconds(60);
        var result = await trial.Completion;
        Assert.Equal(SsPolicyTrialState.Reverted, result.State);
        Assert.Equal((0, 1), (result.Evidence[0].Acked, result.Evidence[0].NotAcked));
        Assert.Equal(SsCauseCode.ConnectionRefused, Assert.Single(result.Evidence[0].Causes).Code);
    }

    [Theory]
    [InlineData(30, SsPolicyTrialState.Reverted)]
    [InlineData(29.5, SsPolicyTrialState.Confirmed)]
    public async Task A_request_that_has_waited_for_half_of_the_trial_counts_against_it(double seconds, SsPolicyTrialState outcome)
    {
        await using var world = new CoreWorld(Usual);
        var (stream, _) = world.Create("http");
        var trial = world.Context.ApplyOverlay(Port("http", 81), "a", Minute).Trial!;
        world.PassSeconds(60 - seconds);
        world.Do(stream.Connect);
        world.PassSeconds(seconds);
        Assert.Equal(outcome, (await trial.Completion).State);
        Assert.Equal(outcome == SsPolicyTrialState.Reverted ? 1 : 0, trial.Evidence()[0].NotAcked);
    }

    [Fact]
    public async Task An_answer_that_breaks_off_takes_its_acknowledgement_back()
    {
        await using var world = new CoreWorld(Usual);
        var (stream, _) = world.Create("http");
        Transact(world, stream, ack: true);
        var trial = world.Context.ApplyOverlay(Port("http", 81), "a", Minute).Trial!;
        world.Do(stream.Connect);
        world.Peers[^1].Accept();
        world.Peers[^1].Acknowledge(true, 200);
        world.Run();
        Assert.Equal((1, 0), (trial.Evidence()[0].Acked, trial.Evidence()[0].NotAcked));
        world.Peers[^1].Close(new TransportFailure(SsPhase.Payload, SsCauseCode.PayloadTooLarge, "Too large."));
        world.PassSeconds(60);
        var result = await trial.Completion;
        Assert.Equal((SsPolicyTrialState.Reverted, 0, 1, SsCauseCode.PayloadTooLarge), (result.State, result.Evidence[0].Acked, result.Evidence[0].NotAcked, result.Evidence[0].Causes[0].Code));
    }
}
