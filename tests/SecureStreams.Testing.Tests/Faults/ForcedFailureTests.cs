namespace SecureStreams.Testing.Tests.Faults;

/// <summary>What fails before anybody is asked: the port of the policy is nobody's, and no name is looked up.</summary>
public sealed class ForcedFailureTests
{
    public static TheoryData<string, string, SsPhase, SsCauseCode> Failures
    {
        get
        {
            var data = new TheoryData<string, string, SsPhase, SsCauseCode>();
            foreach (var stream in (string[])["raw", "rawtls", "h1", "h2", "ws", "mqtt"])
            {
                data.Add(stream, "name_not_found", SsPhase.Names, SsCauseCode.NameNotFound);
                data.Add(stream, "connect_refused", SsPhase.Connect, SsCauseCode.ConnectionRefused);
                data.Add(stream, "connect_unreachable", SsPhase.Connect, SsCauseCode.NetworkUnreachable);
                if (stream == "raw")
                    continue;
                data.Add(stream, "tls_untrusted", SsPhase.Tls, SsCauseCode.CertificateUntrusted);
                data.Add(stream, "tls_expired", SsPhase.Tls, SsCauseCode.CertificateExpired);
                data.Add(stream, "tls_wrong_name", SsPhase.Tls, SsCauseCode.CertificateHostMismatch);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task It_is_the_cause_and_names_the_line_of_the_overlay(string streamType, string fault, SsPhase phase, SsCauseCode code)
    {
        await using var test = SsTestContext.FromJson(FaultPolicy.Of(null), options => options with { Overlays = [SsOverlays.Faults("forced", [streamType], fault)] });
        var recorder = test.Record();
        await using var stream = test.Context.Create(streamType, recorder);
        stream.Connect();

        await recorder.WaitForAsync(SsState.Unreachable);

        var cause = recorder.AssertCause(SsState.Unreachable, phase, code);
        Assert.Equal(SsNextAction.Retry, cause.NextAction);
        Assert.StartsWith("forced(5,24)", recorder.Events[^1].Detail!.Policy!.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("raw")]
    [InlineData("h1")]
    [InlineData("h2")]
    [InlineData("ws")]
    [InlineData("mqtt")]
    public async Task Nobody_answers_until_the_attempts_own_bound(string streamType)
    {
        await using var test = SsTestContext.FromJson(FaultPolicy.Of(null), options => options with { Overlays = [SsOverlays.Faults("forced", [streamType], "connect_no_answer")] });
        var recorder = test.Record();
        await using var stream = test.Context.Create(streamType, recorder);
        stream.Connect();

        await test.Time.AdvanceUntilAsync(recorder.WaitForAsync(SsState.Unreachable, TimeSpan.FromHours(1)), static () => TimeSpan.FromMinutes(1));

        recorder.AssertCause(SsState.Unreachable, SsPhase.Timeout, SsCauseCode.ConnectTimeout);
    }

    [Fact]
    public async Task Tls_faults_say_nothing_to_who_speaks_none()
    {
        await using var host = await TestSupport.Servers.KestrelTestHost.StartAsync();
        await using var test = SsTestContext.FromJson(FaultPolicy.Of(host), options => options with { Overlays = [SsOverlays.Untrusted("raw")] });
        var recorder = test.Record();
        await using var stream = test.Context.Create("raw", recorder);
        stream.Connect();

        await recorder.WaitForAsync(SsState.Connected);
    }

    [Fact]
    public async Task Only_the_attempts_that_are_listed_fail()
    {
        await using var host = await TestSupport.Servers.KestrelTestHost.StartAsync();
        await using var test = SsTestContext.FromJson(FaultPolicy.Of(host), options => options with { Overlays = [SsOverlays.Faults("forced", ["raw"], "connect_refused attempts=1,3-4", "name_not_found attempts=2")] });
        var recorder = test.Record();
        await using var stream = test.Context.Create("raw", recorder);
        stream.Connect();

        var delays = new List<double>();
        for (var failed = 1; failed <= 4; failed++)
        {
            await recorder.WaitForAsync(SsState.Unreachable, times: failed);
            delays.Add((await test.AdvanceToRetryAsync(recorder)).TotalSeconds);
        }

        await recorder.WaitForAsync(SsState.Connected);
        Assert.Equal([1.0, 2, 4, 4], delays);
        Assert.Equal(
            [SsCauseCode.ConnectionRefused, SsCauseCode.NameNotFound, SsCauseCode.ConnectionRefused, SsCauseCode.ConnectionRefused],
            recorder.Events.Where(static one => one.Change?.State == SsState.Unreachable).Select(static one => one.Change!.Value.Cause.Code));
    }
}
