using System.Text;
using SecureStreams.Policy;
using SecureStreams.TestSupport.Servers;

namespace SecureStreams.Testing.Tests.Faults;

/// <summary>What goes wrong on connections of HTTP that stand, under a request and between two, against a real server.</summary>
public sealed class HttpWireFaultTests : IAsyncLifetime
{
    private KestrelTestHost _host = null!;
    private SsTestContext _test = null!;
    private SsStateRecorder _recorder = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _host = await KestrelTestHost.StartAsync();
        _test = SsTestContext.FromJson(FaultPolicy.Of(_host));
        _recorder = _test.Record();
    }

    public async ValueTask DisposeAsync()
    {
        await _test.DisposeAsync();
        await _host.DisposeAsync();
    }

    [Theory]
    [InlineData("h1")]
    [InlineData("h2")]
    public async Task A_request_under_way_is_cut_and_the_next_has_another_connection(string streamType)
    {
        Wait(streamType);
        await using var stream = await ConnectAsync(streamType);

        _test.Apply(SsOverlays.Cut(streamType));

        await _recorder.WaitForAsync(SsState.Disconnected);
        _recorder.AssertCause(SsState.Disconnected, SsPhase.Peer, SsCauseCode.ConnectionReset);
        _test.Remove("cut");
        _host.OpenGate("never");
        stream.Connect();
        await _recorder.WaitForAsync(SsState.QosAckRemote);
        Assert.Equal(2, CountersOf(streamType).Established);
    }

    [Theory]
    [InlineData("h1")]
    [InlineData("h2")]
    public async Task A_cut_between_requests_loses_none(string streamType)
    {
        await using var stream = _test.Context.Create(streamType, _recorder);
        stream.Connect();
        await _recorder.WaitForAsync(SsState.Disconnected);
        stream.Connect();
        await _recorder.WaitForAsync(SsState.Disconnected, times: 2);
        Assert.Equal(1, CountersOf(streamType).Established);

        _test.Apply(SsOverlays.Cut(streamType));
        _test.Remove("cut");
        stream.Connect();

        // Over HTTP/1.1 the request may be what finds out: then it is one attempt, and the next is made by policy.
        await _recorder.WaitForAsync(static one => Count(one, SsState.QosAckRemote) == 3 || Count(one, SsState.Unreachable) > 0, "the answer, or the reason why there is none");
        if (Count(_recorder, SsState.Unreachable) > 0)
        {
            Assert.Equal("h1", streamType);
            _recorder.AssertCause(SsState.Unreachable, SsPhase.Peer, SsCauseCode.ConnectionReset);
            await _test.AdvanceToRetryAsync(_recorder);
        }

        await _recorder.WaitForAsync(SsState.QosAckRemote, times: 3);
        Assert.Equal(2, CountersOf(streamType).Established);
    }

    [Theory]
    [InlineData("h1")]
    [InlineData("h2")]
    public async Task An_answer_that_stalls_comes_when_the_stall_is_over(string streamType)
    {
        Wait(streamType);
        await using var stream = await ConnectAsync(streamType);

        _test.Apply(SsOverlays.Stalled(streamType));
        _host.OpenGate("never");
        await _host.WaitForRequestAsync(static _ => true);
        _recorder.AssertNever(SsState.Disconnected);
        Assert.True(_recorder.ReceivedBytes.IsEmpty);
        _test.Remove("stalled");

        await _recorder.WaitForAsync(SsState.QosAckRemote);
        await _recorder.WaitForAsync(SsState.Disconnected);
        _recorder.AssertCause(SsState.Disconnected, SsPhase.Protocol, SsCauseCode.Completed);
    }

    [Fact]
    public async Task A_request_that_stalls_is_given_up_within_the_bound_of_the_policy()
    {
        Wait("h1", ", \"retry\": \"heard\"");
        await using var stream = await ConnectAsync("h1");
        _test.Apply(SsOverlays.Stalled("h1"));

        await _test.Time.WaitForArmedExactlyAsync(TimeSpan.FromSeconds(20));
        _test.Time.Advance(TimeSpan.FromSeconds(20));

        await _recorder.WaitForAsync(SsState.Disconnected);
        _recorder.AssertCause(SsState.Disconnected, SsPhase.Timeout, SsCauseCode.PeerUnresponsive);
        Assert.Equal(20, (At(SsState.Disconnected) - At(SsState.Connected)).TotalSeconds, 0.01);
    }

    [Fact]
    public async Task What_is_sent_into_a_stall_arrives_when_it_is_over()
    {
        await using var stream = _test.Context.Create("h2", _recorder);
        stream.Connect();
        await _recorder.WaitForAsync(SsState.Disconnected);
        var body = Encoding.ASCII.GetBytes(new string('b', 100_000));
        Assert.Equal(body, (await _test.Context.TransactAsync("h2post", body, cancellationToken: Token)).Body.ToArray());

        _test.Apply(SsOverlays.Stalled("h2post"));
        var asking = _test.Context.TransactAsync("h2post", body, cancellationToken: Token);

        // The stall is of one streamtype alone.
        stream.Connect();
        await _recorder.WaitForAsync(SsState.QosAckRemote, times: 2);
        Assert.False(asking.IsCompleted);
        _test.Remove("stalled");

        Assert.Equal(body, (await asking).Body.ToArray());
    }

    private TimeSpan At(SsState state) => _recorder.Events.First(one => one.Change is { } change && change.State == state).At;

    private static int Count(SsStateRecorder recorder, SsState state) => recorder.Events.Count(one => one.Change is { } change && change.State == state);

    private void Wait(string streamType, string more = "") =>
        _test.Apply(PolicyDocument.FromJson($$"""{ "s": [{ "{{streamType}}": { "http_url": "/gate/never?head=1"{{more}} } }] }""", "waits"));

    private ConnectionCounters CountersOf(string streamType) => streamType == "h1" ? _host.Https : _host.H2;

    private async Task<SecureStream> ConnectAsync(string streamType)
    {
        var stream = _test.Context.Create(streamType, _recorder);
        stream.Connect();
        await _recorder.WaitForAsync(SsState.Connected);
        return stream;
    }
}
