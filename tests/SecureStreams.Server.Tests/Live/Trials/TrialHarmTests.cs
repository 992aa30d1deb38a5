using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Time;
using Xunit;

namespace SecureStreams.Server.Tests.Live.Trials;

/// <summary>
/// Every harmful change of <see cref="Harms"/> on trial, over real connections: it is taken back by itself, the report names the reason, who was not touched notices nothing, and
/// afterwards everybody exchanges payload again.
/// </summary>
public sealed class TrialHarmTests(TrialTown town, ITestOutputHelper output) : IClassFixture<TrialTown>
{
    public static TheoryData<string> All => [.. Harms.All.Select(static one => one.Key)];

    [Fact]
    public void Each_is_another() => Assert.Equal(Harms.All.Count, Harms.All.DistinctBy(static one => one.Key).Count());

    [Theory]
    [MemberData(nameof(All))]
    public async Task It_is_taken_back(string key)
    {
        var harm = Harms.All.Single(one => one.Key == key);
        var clock = new HeldClock();
        await using var context = SsContext.FromJson(town.Clients(harm.Protocol, harm.Tls), new SsContextOptions { Platform = new SsPlatform { Time = clock } });
        var tried = new Talker();
        var stream = context.Create("t", tried);
        var other = new Talker();
        var bystander = context.Create("by", other);
        await ExchangeAsync(stream, tried);
        await ExchangeAsync(bystander, other);

        var update = context.ApplyOverlay(harm.Change(town), "harm", new SsPolicyTrialOptions { Duration = HeldClock.Window });
        Assert.True(update.Applied, update.Refusal);
        var trial = update.Trial!;
        var talked = other.Received;
        await Poll.UntilAsync(
            () =>
            {
                Push(stream);
                Push(bystander);
                return trial.State != SsPolicyTrialState.Running || (Failing(trial.Evidence()) && Named(trial.Evidence(), harm));
            },
            () => $"{string.Join("; ", trial.Evidence())}{Environment.NewLine}{stream.Explain()}");
        clock.End();
        var result = await trial.Completion.OrFail(() => $"The trial does not end: {trial}; {string.Join("; ", trial.Evidence())}");
        output.WriteLine(result.ToString());
        Assert.Equal(SsPolicyTrialState.Reverted, result.State);
        Assert.True(result.Recovered, result.ToString());
        Assert.True(Named(result.Evidence, harm), $"{result}{Environment.NewLine}expected {string.Join(" or ", harm.Reasons)}");
        Assert.Empty(context.AppliedOverlays);
        Assert.Equal(0, clock.Running);
        await ExchangeAsync(stream, tried);

        // It has talked all the while, over the connection that it had.
        await ExchangeAsync(bystander, other);
        Assert.True(other.Received > talked);
        Assert.Equal(0, other.Troubles);
    }

    private static bool Named(IEnumerable<SsPolicyTrialEvidence> evidence, Harm harm) =>
        evidence.Where(static one => one.StreamType == "t").SelectMany(static one => one.Causes).Any(one => harm.Reasons.Contains($"{one.Phase}/{one.Code}") && one.Detail is not null);

    private static bool Failing(IReadOnlyList<SsPolicyTrialEvidence> evidence) => evidence.Any(static one => !one.IsHealthy);

    private static void Push(SecureStream stream)
    {
        if (!stream.Traits.IsTransactional || stream.State is SsState.Creating or SsState.Disconnected or SsState.AllRetriesFailed)
            stream.RequestTransmit();
    }

    private static async Task ExchangeAsync(SecureStream stream, Talker talker)
    {
        var before = talker.Received;
        await Poll.UntilAsync(
            () =>
            {
                Push(stream);
                return talker.Received > before;
            },
            () => $"Nothing comes back: {stream.Explain()}");
    }
}
