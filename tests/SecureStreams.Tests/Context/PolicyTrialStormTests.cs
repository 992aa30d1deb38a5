using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.Tests.Core;
using Xunit;

namespace SecureStreams.Tests.Context;

/// <summary>Changes, confirmations and reverts from several threads at a time: each trial ends once, and what is left is what was confirmed last.</summary>
public sealed class PolicyTrialStormTests
{
    private const string Policy = """
        {
          "governor_rate": 60000, "governor_burst": 10000, "governor_in_flight": 10000,
          "s": [{ "ws": { "endpoint": "peer.test", "port": 80, "protocol": "ws", "ws_subprotocol": "" } }]
        }
        """;

    [Fact]
    public async Task Every_trial_ends_once_whoever_decides_it()
    {
        await using var bench = new CoreBench(Policy);
        var context = bench.Context;
        var handler = new RecordingHandler();
        var stream = context.Create("ws", handler);
        stream.Connect();
        (await bench.NextAttemptAsync()).Accept();
        await handler.WaitForStateAsync(SsState.Connected);
        var trials = new System.Collections.Concurrent.ConcurrentBag<SsPolicyTrial>();
        var minute = new SsPolicyTrialOptions();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(worker => Task.Run(() =>
        {
            for (var i = 0; i < 100; i++)
            {
                var name = $"w{worker}";
                switch ((worker + i) % 4)
                {
                    case 0 or 1:
                        if (context.ApplyOverlay($$"""{ "s": [{ "ws": { "timeout_ms": {{1000 + (worker * 1000) + i}} } }] }""", name, minute).Trial is { } trial)
                            trials.Add(trial);
                        break;
                    case 2:
                        context.ConfirmTrial();
                        break;
                    default:
                        context.RevertTrial();
                        break;
                }
            }
        }))).OrFail(static () => "The changes do not end.");
        context.RevertTrial();
        var results = await Task.WhenAll(trials.Select(static one => one.Completion)).OrFail(() => $"A trial does not end: {context.CurrentTrial}");
        Assert.All(results, static one => Assert.True(one.State is SsPolicyTrialState.Confirmed or SsPolicyTrialState.Reverted or SsPolicyTrialState.Superseded, one.ToString()));
        Assert.Null(context.CurrentTrial);
        Assert.Equal(SsState.Connected, stream.State);
        Assert.Equal("Creating Connecting Connected", handler.Story);
        Assert.True(results.Length > 100, $"{results.Length} trials");
    }
}
