using Microsoft.Extensions.Logging;
using Xunit;

namespace SecureStreams.Tests.Core;

/// <summary>How loud a log tells why something ended.</summary>
public sealed class FailureLevelTests
{
    [Fact]
    public async Task A_failure_is_a_warning_and_what_the_application_asked_for_is_not()
    {
        await using var bench = new CoreBench();
        var (stream, handler) = bench.Create("link");
        stream.Connect();
        (await bench.NextAttemptAsync()).Close(CoreBench.Refused);
        await bench.PassAsync(TimeSpan.FromSeconds(1));
        (await bench.NextAttemptAsync()).Accept();
        await handler.WaitForStateAsync(SsState.Connected);
        stream.Disconnect();
        await handler.WaitForStateAsync(SsState.Disconnected);

        Assert.Equal(LogLevel.Warning, Assert.Single(bench.Log.Entries, static entry => entry.Id.Name == "Failed").Level);
        Assert.Equal(LogLevel.Debug, Assert.Single(bench.Log.Entries, static entry => entry.Id.Name == "Ended").Level);
    }
}
