using System.Text;
using SecureStreams.TestSupport.Servers.Mqtt;

namespace SecureStreams.Testing.Tests.Faults;

/// <summary>What goes wrong on connections to a broker that stand.</summary>
public sealed class MqttWireFaultTests : IAsyncLifetime
{
    private MqttTestBroker _broker = null!;
    private SsTestContext _test = null!;
    private SsStateRecorder _recorder = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        _broker = MqttTestBroker.Start();
        _test = SsTestContext.FromJson($$"""
            {
              "retry": [{ "default": { "backoff": [1000, 2000, 4000], "conceal": 65535, "jitterpc": 0, "svalidping": 10, "svalidhup": 20 } }],
              "s": [{ "mqtt": { "endpoint": "127.0.0.1", "port": {{_broker.Port}}, "protocol": "mqtt", "mqtt_client_id": "t", "mqtt_topic": "a", "mqtt_subscribe": "b", "mqtt_qos": 1, "retry": "default" } }]
            }
            """);
        _recorder = _test.Record();
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _test.DisposeAsync();
        await _broker.DisposeAsync();
    }

    [Fact]
    public async Task A_broker_that_is_cut_off_is_found_again()
    {
        await using var stream = await ConnectAsync();

        _test.Apply(SsOverlays.Cut("mqtt"));

        await _recorder.WaitForAsync(SsState.Disconnected);
        _recorder.AssertCause(SsState.Disconnected, SsPhase.Peer, SsCauseCode.ConnectionReset);
        await _test.AdvanceToRetryAsync(_recorder);
        await _recorder.WaitForAsync(SsState.Unreachable);
        _recorder.AssertCause(SsState.Unreachable, SsPhase.Connect, SsCauseCode.ConnectionRefused);
        _test.Remove("cut");
        await _test.AdvanceToRetryAsync(_recorder);
        await _recorder.WaitForAsync(SsState.Connected, times: 2);

        _broker.Publish("b", "again");
        await _recorder.WaitForAsync(static one => Text(one) == "again", "\"again\"");
    }

    [Fact]
    public async Task A_message_that_is_sent_into_a_stall_arrives_when_it_is_over()
    {
        await using var stream = await ConnectAsync();
        _test.Apply(SsOverlays.Stalled("mqtt"));
        var sending = stream.SendAsync("late"u8.ToArray(), Token).AsTask();
        _broker.Publish("b", "held");
        Assert.Empty(_broker.Taken);
        Assert.Equal("", Text(_recorder));

        _test.Remove("stalled");

        await sending;
        await _broker.WaitForTakenAsync(1);
        Assert.Equal("late", _broker.Taken.Single(static one => one.From.Length > 0).Text);
        await _recorder.WaitForAsync(static one => Text(one) == "held", "\"held\"");
        _recorder.AssertNever(SsState.Disconnected);
    }

    [Fact]
    public async Task A_message_that_is_lost_with_its_connection_is_sent_again()
    {
        await using var stream = await ConnectAsync();
        _test.Apply(SsOverlays.Stalled("mqtt"));
        var sending = stream.SendAsync("twice"u8.ToArray(), Token).AsTask();
        _test.Apply(SsOverlays.Faults("stalled", ["mqtt"], "cut"));
        await _recorder.WaitForAsync(SsState.Disconnected);
        Assert.Empty(_broker.Taken);
        _test.Remove("stalled");
        await _test.AdvanceToRetryAsync(_recorder);

        await _recorder.WaitForAsync(SsState.Connected, times: 2);
        await sending;
        await _broker.WaitForTakenAsync(1);
        Assert.Equal("twice", Assert.Single(_broker.Taken).Text);
    }

    [Fact]
    public async Task A_broker_that_stalls_is_taken_for_dead_within_the_bound_of_the_policy()
    {
        await using var stream = await ConnectAsync();
        _test.Apply(SsOverlays.Stalled("mqtt"));

        for (var half = 1; half <= 2; half++)
        {
            await _test.Time.WaitForArmedExactlyAsync(TimeSpan.FromSeconds(10));
            _test.Time.Advance(TimeSpan.FromSeconds(10));
        }

        await _recorder.WaitForAsync(SsState.Disconnected);
        _recorder.AssertCause(SsState.Disconnected, SsPhase.Timeout, SsCauseCode.PeerUnresponsive);
        Assert.Equal(20, (At(SsState.Disconnected) - At(SsState.Connected)).TotalSeconds, 0.01);
    }

    private TimeSpan At(SsState state) => _recorder.Events.First(one => one.Change is { } change && change.State == state).At;

    private static string Text(SsStateRecorder recorder) => Encoding.UTF8.GetString(recorder.ReceivedBytes.ToArray());

    private async Task<SecureStream> ConnectAsync()
    {
        var stream = _test.Context.Create("mqtt", _recorder);
        stream.Connect();
        await _recorder.WaitForAsync(SsState.Connected);
        await _broker.WaitForPacketAsync("SUBSCRIBE");
        return stream;
    }
}
