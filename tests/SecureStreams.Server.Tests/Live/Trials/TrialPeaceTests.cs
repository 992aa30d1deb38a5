using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Time;
using Xunit;

namespace SecureStreams.Server.Tests.Live.Trials;

/// <summary>Every harmless change on trial, over real connections, is confirmed; and on the real clock a harmful one is taken back within its window.</summary>
public sealed class TrialPeaceTests(TrialTown town, ITestOutputHelper output) : IClassFixture<TrialTown>
{
    private static readonly SsPolicyTrialOptions Held = new() { Duration = HeldClock.Window };

    public static TheoryData<string> All => [.. Peace.All.Select(static one => one.Key)];

    [Theory]
    [MemberData(nameof(All))]
    public async Task It_is_confirmed(string key)
    {
        var change = Peace.All.Single(one => one.Key == key);
        var clock = new HeldClock();
        await using var context = NewContext(change.Protocol, change.Tls, clock);
        var (stream, tried) = await StartAsync(context, "t");
        var (bystander, other) = await StartAsync(context, "by");
        var update = context.ApplyOverlay(change.Change(town), "peace", Held);
        Assert.True(update.Applied, update.Refusal);
        Assert.Contains("t", update.Changed);
        await WorksAsync(update.Trial!, stream, tried);
        clock.End();
        await ConfirmedAsync(update.Trial!);
        Assert.Equal(["peace"], context.AppliedOverlays);
        await ExchangeAsync(stream, tried);
        await ExchangeAsync(bystander, other);
        Assert.Equal(0, other.Troubles);
    }

    [Fact]
    public async Task A_streamtype_that_is_new_is_confirmed_by_its_streams()
    {
        var clock = new HeldClock();
        await using var context = NewContext("ws", tls: false, clock);
        var (stream, tried) = await StartAsync(context, "t");
        var trial = context.ApplyOverlay($$"""{ "s": [{ "new": { "protocol": "raw", "endpoint": "127.0.0.1", "port": {{town.Port("raw")}} } }] }""", "new", Held).Trial!;
        var (added, talker) = await StartAsync(context, "new");
        await WorksAsync(trial, added, talker);
        clock.End();
        var result = await ConfirmedAsync(trial);
        Assert.Equal(("new", 1, 1), (result.Evidence[0].StreamType, result.Evidence[0].Streams, result.Evidence[0].Connected));
        await ExchangeAsync(stream, tried);
        Assert.Equal(0, tried.Troubles);
    }

    [Fact]
    public async Task A_streamtype_that_nobody_uses_may_go()
    {
        var clock = new HeldClock();
        await using var context = NewContext("raw", tls: false, clock);
        var (stream, tried) = await StartAsync(context, "t");
        var without = town.Clients("raw", tls: false).Replace("\"spare\": {", "\"x_spare\": {", StringComparison.Ordinal);
        var update = context.UpdatePolicy(without, Held);
        Assert.Contains("spare", update.Removed);
        clock.End();
        await ConfirmedAsync(update.Trial!);
        await ExchangeAsync(stream, tried);
        Assert.Equal(0, tried.Troubles);
    }

    [Theory]
    [InlineData("h1", "a certificate that is trusted")]
    [InlineData("h2", "another place")]
    [InlineData("ws", "another place")]
    [InlineData("ws", "a certificate that is trusted")]
    [InlineData("raw", "a certificate that is trusted")]
    [InlineData("raw", "other limits")]
    public async Task A_server_may_change(string protocol, string what)
    {
        using var own = town.Authority.Issue("127.0.0.1");
        using var next = town.Authority.Issue("127.0.0.1");
        var clock = new HeldClock();
        await using var servers = SsContext.FromJson(
            $$"""
            {
              "certs": [{{TrialTown.Pair("own", own)}}, {{TrialTown.Pair("next", next)}}],
              "s": [{ "srv": { "server": true, "protocol": "{{protocol}}", "endpoint": "127.0.0.1", "tls": true, "server_cert": "own", "server_key": "ownkey" } }]
            }
            """,
            new SsContextOptions { Platform = new SsPlatform { Time = clock } }.UseServer());
        await using var listener = servers.CreateListener("srv", static _ => new WebSocket.MessageEchoHandler());
        var port = TestSupport.Repository.FreePort.Next();
        var change = what switch
        {
            "another place" => $"\"port\": {port}",
            "other limits" => "\"max_connections\": 5000, \"drain_timeout_ms\": 1234",
            _ => "\"server_cert\": \"next\", \"server_key\": \"nextkey\"",
        };
        await using var first = ClientsOf(ServerBench.PortOf(listener));
        var (there, talker) = await StartAsync(first, "t");
        var trial = servers.ApplyOverlay($$"""{ "s": [{ "srv": { {{change}} } }] }""", "peace", Held).Trial!;
        await Poll.UntilAsync(() => trial.Evidence() is [{ IsHealthy: true, Listeners: 1 }], () => string.Join("; ", trial.Evidence()));
        await using var second = ClientsOf(ServerBench.PortOf(listener));
        var (come, newcomer) = await StartAsync(second, "t");
        clock.End();
        var result = await ConfirmedAsync(trial);
        Assert.Equal((0, 0), (result.Evidence[0].ListenersFailed, result.Evidence[0].NotAcked));
        Assert.True(result.Evidence[0].Acked > 0);
        await ExchangeAsync(there, talker);
        await ExchangeAsync(come, newcomer);
        Assert.Equal(0, talker.Troubles);

        LocalContext ClientsOf(int at)
        {
            var clients = NewContext(protocol, tls: true, TimeProvider.System);
            clients.ApplyOverlay($$"""{ "s": [{ "t": { "port": {{at}} } }] }""").EnsureNotRefused();
            return clients;
        }
    }

    [Theory]
    [InlineData("h1")]
    [InlineData("h2")]
    [InlineData("ws")]
    [InlineData("raw")]
    public async Task On_the_real_clock_a_window_of_a_second_is_enough_to_take_it_back(string protocol)
    {
        await using var context = NewContext(protocol, tls: false, TimeProvider.System);
        var (stream, tried) = await StartAsync(context, "t");
        var trial = context.ApplyOverlay($$"""{ "trial_seconds": 1, "s": [{ "t": { "port": {{town.Dead}} } }] }""", "harm").Trial!;
        await Poll.UntilAsync(
            () =>
            {
                Push(stream);
                return trial.Completion.IsCompleted;
            },
            () => $"It does not end: {trial}");
        var result = await trial.Completion;
        output.WriteLine(result.ToString());
        Assert.Equal(SsPolicyTrialState.Reverted, result.State);
        await ExchangeAsync(stream, tried);
        Assert.Empty(context.AppliedOverlays);
    }

    private LocalContext NewContext(string protocol, bool tls, TimeProvider clock) =>
        SsContext.FromJson(town.Clients(protocol, tls), new SsContextOptions { Platform = new SsPlatform { Time = clock } });

    private static async Task<(SecureStream Stream, Talker Talker)> StartAsync(LocalContext context, string streamType)
    {
        var talker = new Talker();
        var stream = context.Create(streamType, talker);
        await ExchangeAsync(stream, talker);
        return (stream, talker);
    }

    /// <summary>What the trial touches works: seen by the trial, and by what comes back.</summary>
    private static Task WorksAsync(SsPolicyTrial trial, SecureStream stream, Talker talker)
    {
        var before = talker.Received;
        return Poll.UntilAsync(
            () =>
            {
                Push(stream);
                var seen = trial.Evidence().Single(one => one.StreamType == stream.StreamType);
                return talker.Received > before && seen.IsHealthy && (stream.Traits.IsTransactional ? seen.Acked > 0 : seen.Connected == 1);
            },
            () => $"{string.Join("; ", trial.Evidence())}{Environment.NewLine}{stream.Explain()}");
    }

    private async Task<SsPolicyTrialResult> ConfirmedAsync(SsPolicyTrial trial)
    {
        var result = await trial.Completion.OrFail(() => $"It does not end: {trial}");
        output.WriteLine(result.ToString());
        Assert.True(result.State == SsPolicyTrialState.Confirmed, result.ToString());
        return result;
    }

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
