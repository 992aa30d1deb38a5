using SecureStreams.Core;
using SecureStreams.Telemetry;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.Transports.InMemory;
using Xunit;

namespace SecureStreams.Tests.Core;

/// <summary>A defect met where a delay ends, with nothing above it but the timer.</summary>
public sealed class CycleDefectTests
{
    [Fact]
    public async Task A_retry_that_cannot_begin_ends_its_stream_and_not_the_process()
    {
        await using var bench = new CoreBench();
        bench.Log.Allow("InternalFailure");
        bench.Network.OnAttempt = static peer => peer.Close(CoreBench.Refused);
        var policy = bench.Context.Policy.StreamTypes["link"];
        var isBroken = false;
        var diagnostics = new SsDiagnostics();
        var runtime = new StreamRuntime
        {
            Context = bench.Context,
            Platform = new SsPlatform { Time = bench.Clock },
            Diagnostics = diagnostics,
            Logger = bench.Log.CreateLogger("test"),
            Telemetry = new StreamTelemetry(SsInstruments.Shared, bench.Clock),
            Transports = bench.Network,
            Governor = new RetryGovernor(bench.Clock, () => bench.Context.Policy.Governor),
            FindPolicy = _ => Volatile.Read(ref isBroken) ? throw new InvalidOperationException("defect in the policy") : policy,
            Destroyed = static _ => { },
        };
        var handler = new RecordingHandler();
        var stream = new LocalStream(runtime, policy, handler, 1, null);
        stream.Create([]);
        stream.Connect();
        await bench.Clock.WaitForArmedExactlyAsync(TimeSpan.FromSeconds(1));

        Volatile.Write(ref isBroken, true);
        bench.Clock.Advance(TimeSpan.FromSeconds(1));

        await handler.WaitForStateAsync(SsState.Destroying);
        Assert.Equal(SsCauseCode.InternalError, handler.CauseOf(SsState.Destroying).Code);
        await stream.DisposeAsync();
        handler.AssertCleanAndDestroyed();
    }
}
