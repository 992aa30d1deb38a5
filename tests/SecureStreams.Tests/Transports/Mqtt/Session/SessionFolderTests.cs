using System.Buffers.Binary;
using SecureStreams.Codecs.Mqtt;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.TestSupport.Servers.Mqtt;
using SecureStreams.Transports.Mqtt.Session;

namespace SecureStreams.Tests.Transports.Mqtt.Session;

/// <summary>Contexts that come one after the other are one client to the broker, where they have a folder of state.</summary>
public sealed class SessionFolderTests : IAsyncDisposable
{
    private readonly DirectoryInfo _state = Directory.CreateTempSubdirectory("ss-state-");
    private readonly MqttTestBroker _broker = MqttTestBroker.Start();
    private readonly TestLog _log = new();

    public async ValueTask DisposeAsync()
    {
        await _broker.DisposeAsync();
        _log.AssertClean();
        _log.Dispose();
        _state.Delete(recursive: true);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    public async Task What_one_context_left_unanswered_the_next_one_ends(int version)
    {
        _broker.Options.AnswersPublish = false;
        await using (var context = Open(version))
        {
            await using var stream = context.Create("t", new RecordingHandler());
            await stream.SendAsync("once"u8.ToArray(), cancellationToken: TestContext.Current.CancellationToken);
            await _broker.WaitForTakenAsync(1);
        }

        Assert.Contains(_broker.Packets, static line => line.Contains(" q2 t/out", StringComparison.Ordinal));
        _broker.Options.AnswersPublish = true;
        await using var next = Open(version);
        var handler = new RecordingHandler();
        await using var again = next.Create("t", handler);
        await _broker.WaitForPacketAsync(" q2 dup t/out");
        await _broker.WaitForPacketAsync("PUBREL");
        await again.SendAsync("twice"u8.ToArray(), cancellationToken: TestContext.Current.CancellationToken);
        await handler.WaitForStateAsync(SsState.QosAckRemote);
        Assert.Equal(["once", "twice"], _broker.Taken.Select(static message => message.Text));
    }

    [Fact]
    public async Task What_came_in_before_a_context_ended_does_not_come_to_the_next()
    {
        // The broker hears PUBREC and never sends PUBREL, since its connection ends there.
        var handler = new RecordingHandler();
        await using (var context = Open())
        {
            await using var stream = context.Create("t", handler);
            await handler.WaitForStateAsync(SsState.Connected);
            await _broker.WaitForPacketAsync("t/in q2");
            _broker.Publish("t/in", "first", MqttQos.ExactlyOnce);
            await handler.WaitForAsync(static one => one.ReceivedMessages == 1);
            await _broker.WaitForAsync(static broker => broker.PendingFor("kept") == 0, "the exchange to end");
        }

        _broker.Publish("t/in", "second", MqttQos.ExactlyOnce);
        var nextHandler = new RecordingHandler();
        await using var next = Open();
        await using var again = next.Create("t", nextHandler);
        await nextHandler.WaitForAsync(static one => one.ReceivedMessages == 1);
        Assert.Equal("second", nextHandler.ReceivedText);
    }

    [Fact]
    public async Task A_message_that_a_cut_tore_apart_comes_again_whole()
    {
        _broker.Options.CutAfterSent = static connection => connection == 0 ? 30_000 : null;
        var handler = new RecordingHandler();
        await using var context = Open();
        await using var stream = context.Create("t", handler);
        await handler.WaitForStateAsync(SsState.Connected);
        var payload = new byte[60_000];
        new Random(1).NextBytes(payload);
        _broker.Publish("t/in", payload, MqttQos.ExactlyOnce);
        await handler.WaitForStateAsync(SsState.Connected, times: 2);
        await handler.WaitForAsync(static one => one.ReceivedMessages == 1);
        await _broker.WaitForAsync(static broker => broker.PendingFor("kept") == 0, "the exchange to end");
        Assert.Equal(payload, handler.Received[^payload.Length..]);
        Assert.Equal(1, handler.ReceivedMessages);
    }

    [Fact]
    public async Task What_is_wrong_with_the_file_of_a_session_is_told_to_operators()
    {
        await using (var context = Open())
        {
            var first = new RecordingHandler();
            await using var stream = context.Create("t", first);
            await first.WaitForStateAsync(SsState.Connected);
        }

        var file = _state.GetFiles("*.session", SearchOption.AllDirectories).Single();
        var bytes = await File.ReadAllBytesAsync(file.FullName, TestContext.Current.CancellationToken);
        bytes[0] ^= 0xff;
        await File.WriteAllBytesAsync(file.FullName, bytes, TestContext.Current.CancellationToken);
        _log.Allow("Damaged");
        await using var next = Open();
        var handler = new RecordingHandler();
        await using var again = next.Create("t", handler);
        await handler.WaitForStateAsync(SsState.Connected);
        var detail = next.Diagnostics.Recent().Single(static one => one.Message.Contains("begin as the session", StringComparison.Ordinal));
        Assert.Equal(("t", SsPhase.Local), (detail.StreamType, detail.Cause.Phase));
    }

    [Fact]
    public async Task Two_contexts_at_once_are_refused_the_same_session()
    {
        await using var context = Open();
        var handler = new RecordingHandler();
        await using var stream = context.Create("t", handler);
        await handler.WaitForStateAsync(SsState.Connected);

        await using var other = Open();
        var refused = new RecordingHandler();
        await using var second = other.Create("t", refused);
        await refused.WaitForStateAsync(SsState.Unreachable);
        Assert.Equal(SsCauseCode.ClientIdInUse, refused.CauseOf(SsState.Unreachable).Code);
        Assert.Contains("in use by another context or process", other.Diagnostics.Recent()[^1].Message, StringComparison.Ordinal);
        Assert.Equal(1, _broker.Server.Counters.Accepted);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task That_a_message_was_taken_is_written_down_before_the_stream_has_the_next_one(bool waitsInItsQueue)
    {
        const int Messages = 6;
        var written = new List<int>();
        var handler = new RecordingHandler().OnReceiveDo((_, _, _) =>
        {
            written.Add(CountAccepted());
            return SsResult.Continue;
        });
        var other = new RecordingHandler();
        await using var context = Open();
        await using var stream = context.Create("t", handler);
        await using var neighbour = context.Create("u", other);
        await handler.WaitForStateAsync(SsState.Connected);
        await other.WaitForStateAsync(SsState.Connected);
        if (waitsInItsQueue)
            stream.PauseReceive();
        for (var i = 0; i < Messages; i++)
            _broker.Publish("t/in", "x", MqttQos.ExactlyOnce);
        _broker.Publish("u/in", "behind them");
        await other.WaitForAsync(static one => one.ReceivedMessages == 1);
        if (waitsInItsQueue)
            stream.ResumeReceive();
        await handler.WaitForAsync(static one => one.ReceivedMessages == Messages);
        Assert.Equal(Enumerable.Range(0, Messages), written);
    }

    /// <summary>How many records of the journal say that a message was taken: past magic and identity, each is its length and two checksums, then its kind.</summary>
    private int CountAccepted()
    {
        using var file = new FileStream(_state.GetFiles("*.session", SearchOption.AllDirectories).Single().FullName, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        var count = 0;
        for (var at = 12 + BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(8)); at < bytes.Length; at += MqttSessionEncoder.HeaderBytes + BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(at)))
        {
            if (bytes[at + MqttSessionEncoder.HeaderBytes] == (byte)MqttSessionStep.Accepted)
                count++;
        }

        return count;
    }

    private LocalContext Open(int version = 4) => SsContext.FromJson(
        $$"""
        {
          "retry": [{ "soon": { "backoff": [100], "conceal": 65535, "jitterpc": 0 } }],
          "s": [{ "t": {
            "endpoint": "127.0.0.1", "port": {{_broker.Port}}, "protocol": "mqtt", "mqtt_version": {{version}}, "retry": "soon", "nailed_up": true,
            "mqtt_client_id": "kept", "mqtt_clean_start": false, "mqtt_topic": "t/out", "mqtt_qos": 2, "mqtt_subscribe": "t/in"
          }, "u": {
            "endpoint": "127.0.0.1", "port": {{_broker.Port}}, "protocol": "mqtt", "mqtt_version": {{version}}, "retry": "soon", "nailed_up": true,
            "mqtt_client_id": "kept", "mqtt_clean_start": false, "mqtt_subscribe": "u/in"
          } }]
        }
        """,
        new() { LoggerFactory = _log, StateFolder = _state.FullName });
}
