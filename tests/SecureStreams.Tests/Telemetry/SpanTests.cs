using System.Diagnostics;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.Tests.Core;
using Xunit;

namespace SecureStreams.Tests.Telemetry;

/// <summary>Activities of attempts and transactions: parents, statuses, and that none is ever current where an application's code runs.</summary>
public sealed class SpanTests
{
    private const string ApplicationName = "test.application";

    private static readonly ActivitySource Application = new(ApplicationName);

    [Fact]
    public async Task A_transaction_holds_its_attempts_and_belongs_to_whoever_asked_for_it()
    {
        using var spans = new SpanProbe();
        using var listener = ListenToApplication();
        await using var bench = new CoreBench(Policy("asked"));
        var (stream, handler) = bench.Create("asked");
        using var asking = Application.StartActivity("asking")!;
        stream.Connect();
        Assert.Same(asking, Activity.Current);
        (await bench.NextAttemptAsync()).Close(CoreBench.Refused);
        await bench.PassAsync(TimeSpan.FromSeconds(1));
        var second = await bench.NextAttemptAsync();
        second.Accept();
        second.Acknowledge(ack: true, 200);
        second.Close(null);
        await handler.WaitForStateAsync(SsState.Disconnected);

        var transaction = Assert.Single(spans.Of("ss.transaction", "asked"));
        Assert.Equal((asking.SpanId, asking.TraceId), (transaction.ParentSpanId, transaction.TraceId));
        Assert.Equal(ActivityStatusCode.Unset, transaction.Status);
        Assert.Equal(TimeSpan.FromSeconds(1), transaction.Duration);
        Assert.Equal((stream.Id, 200, "http", "1.1"), (transaction.GetTagItem("ss.stream.id"), transaction.GetTagItem("http.response.status_code"),
            transaction.GetTagItem("network.protocol.name"), transaction.GetTagItem("network.protocol.version")));

        var attempts = spans.Of("ss.attempt", "asked");
        Assert.Equal(attempts, spans.Below(transaction));
        Assert.All(attempts, static attempt => Assert.Equal(ActivityKind.Client, attempt.Kind));
        Assert.Equal([(1, "failed", ActivityStatusCode.Error), (2, "connected", ActivityStatusCode.Unset)],
            attempts.Select(static attempt => ((int)attempt.GetTagItem("ss.attempt")!, (string)attempt.GetTagItem("ss.outcome")!, attempt.Status)));
        Assert.Equal(("ConnectionRefused", "Connect", handler.CauseOf(SsState.Unreachable).DetailId),
            (attempts[0].GetTagItem("error.type"), attempts[0].GetTagItem("ss.phase"), attempts[0].GetTagItem("ss.detail.id")));
        Assert.Null(attempts[0].StatusDescription);
    }

    [Fact]
    public async Task A_refused_transaction_has_failed_though_its_attempt_has_not()
    {
        using var spans = new SpanProbe();
        await using var bench = new CoreBench(Policy("refused"));
        var (stream, handler) = bench.Create("refused");
        stream.Connect();
        var peer = await bench.NextAttemptAsync();
        peer.Accept();
        peer.Acknowledge(ack: false, 404, new(SsPhase.Peer, SsCauseCode.PeerRefused, "404") { Status = 404 });
        peer.Close(null);
        await handler.WaitForStateAsync(SsState.Disconnected);

        var transaction = Assert.Single(spans.Of("ss.transaction", "refused"));
        Assert.Equal((ActivityStatusCode.Error, "PeerRefused", 404), (transaction.Status, transaction.GetTagItem("error.type"), transaction.GetTagItem("http.response.status_code")));
        Assert.Equal(ActivityStatusCode.Unset, Assert.Single(spans.Of("ss.attempt", "refused")).Status);
        Assert.Equal(default, transaction.ParentSpanId);
    }

    [Fact]
    public async Task A_transaction_that_is_given_up_ends_with_its_cause()
    {
        using var spans = new SpanProbe();
        await using var bench = new CoreBench(Policy("failing"));
        var (stream, handler) = bench.Create("failing");
        stream.Connect();
        (await bench.NextAttemptAsync()).Close(CoreBench.Refused with { Permanent = true });
        await handler.WaitForStateAsync(SsState.AllRetriesFailed);
        var transaction = Assert.Single(spans.Of("ss.transaction", "failing"));
        Assert.Equal((ActivityStatusCode.Error, "ConnectionRefused"), (transaction.Status, transaction.GetTagItem("error.type")));
    }

    [Fact]
    public async Task What_the_application_breaks_off_is_no_error()
    {
        using var spans = new SpanProbe();
        await using var bench = new CoreBench(Policy("dropped"));
        var (stream, handler) = bench.Create("dropped");
        stream.Connect();
        await bench.NextAttemptAsync();
        stream.Disconnect();
        await handler.WaitForStateAsync(SsState.AllRetriesFailed);
        var attempt = Assert.Single(spans.Of("ss.attempt", "dropped"));
        Assert.Equal(("abandoned", ActivityStatusCode.Unset), (attempt.GetTagItem("ss.outcome"), attempt.Status));
        Assert.Equal(ActivityStatusCode.Unset, Assert.Single(spans.Of("ss.transaction", "dropped")).Status);
    }

    [Fact]
    public async Task A_connection_that_policy_makes_again_belongs_to_nobody()
    {
        using var spans = new SpanProbe();
        using var listener = ListenToApplication();
        await using var bench = new CoreBench(Policy("lasting", "raw"));
        bench.Network.OnAttempt = static peer => peer.Accept();
        var (stream, handler) = bench.Create("lasting");
        using var asking = Application.StartActivity("asking")!;
        stream.Connect();
        var first = await bench.NextAttemptAsync();
        await handler.WaitForStateAsync(SsState.Connected);
        stream.RequestTransmit();
        first.Close(CoreBench.Reset);
        await bench.PassAsync(TimeSpan.FromSeconds(1));
        await bench.NextAttemptAsync();
        await handler.WaitForStateAsync(SsState.Connected, times: 2);

        Assert.Empty(spans.Of("ss.transaction", "lasting"));
        Assert.Equal([asking.SpanId, default], spans.Of("ss.attempt", "lasting").Select(static attempt => attempt.ParentSpanId));
    }

    [Fact]
    public async Task Callbacks_never_find_an_activity_current()
    {
        using var spans = new SpanProbe();
        using var listener = ListenToApplication();
        var seen = new List<Activity?>();
        await using var bench = new CoreBench(Policy("private"));
        var handler = new RecordingHandler();
        foreach (var state in (SsState[])[SsState.Connecting, SsState.Unreachable, SsState.Connected, SsState.QosAckRemote, SsState.Disconnected])
            handler.OnStateDo(state, _ => seen.Add(Activity.Current));
        var stream = bench.Context.Create("private", handler);
        using (Application.StartActivity("asking"))
            stream.Connect();
        (await bench.NextAttemptAsync()).Close(CoreBench.Refused);
        await bench.PassAsync(TimeSpan.FromSeconds(1));
        var second = await bench.NextAttemptAsync();
        second.Accept();
        second.Acknowledge(ack: true, 200);
        second.Close(null);
        await handler.WaitForStateAsync(SsState.Disconnected);
        Assert.Equal(6, seen.Count);
        Assert.All(seen, Assert.Null);
        Assert.NotEmpty(spans.Of("ss.transaction", "private"));
    }

    private static string Policy(string streamType, string protocol = "h1") => $$"""
        {
          "retry": [{ "default": { "backoff": [1000, 2000, 3000], "conceal": 3, "jitterpc": 0 } }],
          "s": [{ "{{streamType}}": { "endpoint": "peer.test", "port": 80, "protocol": "{{protocol}}", {{(protocol == "h1" ? "\"http_method\": \"GET\", \"http_url\": \"/\", " : "")}}"retry": "default" } }]
        }
        """;

    private static ActivityListener ListenToApplication()
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == ApplicationName,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }
}
