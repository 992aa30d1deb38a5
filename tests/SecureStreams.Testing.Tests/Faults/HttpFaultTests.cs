using SecureStreams.TestSupport.Servers;

namespace SecureStreams.Testing.Tests.Faults;

/// <summary>Answers that no server gave.</summary>
public sealed class HttpFaultTests
{
    [Theory]
    [InlineData("h1")]
    [InlineData("h2")]
    public async Task A_status_comes_without_a_server_and_is_retried_by_policy(string streamType)
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var test = SsTestContext.FromJson(FaultPolicy.Of(host), options => options with { Overlays = [SsOverlays.Faults("busy", [streamType], "http_status=503 retry_after=30 attempts=1-2")] });
        var recorder = test.Record();
        await using var stream = test.Context.Create(streamType, recorder);
        stream.Connect();

        for (var refused = 1; refused <= 2; refused++)
        {
            await recorder.WaitForAsync(SsState.Unreachable, times: refused);
            var cause = recorder.AssertCause(SsState.Unreachable, SsPhase.Peer, SsCauseCode.PeerBusy);
            Assert.Equal((503, TimeSpan.FromSeconds(30)), (cause.Status, cause.NextDelay));
            Assert.Empty(host.Requests);
            await test.AdvanceToRetryAsync(recorder);
        }

        await recorder.WaitForAsync(SsState.QosAckRemote);
        Assert.Single(host.Requests);
    }

    [Theory]
    [InlineData("h1")]
    [InlineData("h2")]
    public async Task A_redirect_to_a_portal_is_a_failed_attempt(string streamType)
    {
        await using var test = SsTestContext.FromJson(FaultPolicy.Of(null), options => options with { Overlays = [SsOverlays.CaptivePortal(streamTypes: [streamType])] });
        var recorder = test.Record();
        await using var stream = test.Context.Create(streamType, recorder);
        stream.Connect();

        await recorder.WaitForAsync(SsState.Unreachable);

        var cause = recorder.AssertCause(SsState.Unreachable, SsPhase.Protocol, SsCauseCode.RedirectRefused);
        Assert.Equal(302, cause.Status);
        Assert.Contains("http://portal.example/login", recorder.Describe(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_with_a_body_is_read_to_its_end()
    {
        await using var test = SsTestContext.FromJson(FaultPolicy.Of(null), options => options with { Overlays = [SsOverlays.Faults("missing", ["h2post"], "http_status=404")] });

        var response = await test.Context.TransactAsync("h2post", new byte[100_000], cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(404, response.Status);
    }

    [Fact]
    public async Task Connections_that_stand_are_not_used_by_who_has_faults_by_now()
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var test = SsTestContext.FromJson(FaultPolicy.Of(host));
        var recorder = test.Record();
        await using var stream = test.Context.Create("h2", recorder);
        stream.Connect();
        await recorder.WaitForAsync(SsState.Disconnected);
        test.Apply(SsOverlays.ServerDown("h2"));

        stream.Connect();

        await recorder.WaitForAsync(SsState.Unreachable);
        recorder.AssertCause(SsState.Unreachable, SsPhase.Connect, SsCauseCode.ConnectionRefused);
    }
}
