using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using SecureStreams.Interop.Tests.Mqtt.Brokers;
using SecureStreams.Interop.Tests.WebSocket;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;

namespace SecureStreams.Interop.Tests.Mqtt.Live;

/// <summary>
/// A nailed-up stream is moved by an overlay from Node's ws to mosquitto, from there to another mosquitto, and back to ws, again and again, under load: what was acknowledged has arrived, what was not is
/// repeated by its sender, and everything arrives, in order. <c>SS_TEST_LONG=1</c> makes two hundred moves of each kind.
/// </summary>
public class MqttMoveTests(NodeWebSocketFixture node, ITestOutputHelper output)
{
    private const int MessagesPerSecond = 1000;
    private const int MostUnderWay = 500;
    private const int BetweenMoves = 100;

    private static readonly int Moves = Environment.GetEnvironmentVariable("SS_TEST_LONG") == "1" ? 200 : 20;

    [Theory]
    [InlineData(1, 1000)]
    [InlineData(2, 1000)]
    [InlineData(2, 20)]
    public async Task No_message_is_lost_between_ws_and_mqtt_and_between_brokers(int qos, int window)
    {
        // What mosquitto has not room for in its window of messages of QoS 2 it acknowledges and drops (MosquittoWindowTests), so that no more are sent to it at once.
        _ = node.Process;
        var options = new MosquittoOptions { LogsPackets = false, MaxInFlight = window };
        await using var one = await MosquittoBroker.StartAsync(options);
        await using var two = await MosquittoBroker.StartAsync(options);
        var (topic, books) = (MosquittoFixture.Unique("moved"), new MoveBooks(3));
        await using var readers = new Readers(one, two, topic, qos, books);
        await readers.ConnectedAsync();
        string[] places =
        [
            """ "protocol": "ws", "endpoint": "127.0.0.1", "port": PORT, "http_url": "echo", "ws_subprotocol": "", "ws_binary": true """.Replace("PORT", node.Port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal),
            Mqtt(one),
            Mqtt(two),
        ];

        using var log = new TestLog();
        await using var context = SsContext.FromJson(
            $$"""
            { "retry": [{ "r": { "backoff": [100], "conceal": 65535 } }], "governor_rate": 60000, "governor_burst": 1000, "s": [{ "feed": { {{places[0]}}, "nailed_up": true, "retry": "r" } }] }
            """, new SsContextOptions { LoggerFactory = log });
        var handler = new RecordingHandler();
        await using var stream = context.Create("feed", handler);
        var echoes = ReadEchoesAsync();
        using var stop = new CancellationTokenSource();
        var under = new ConcurrentDictionary<int, Task>();
        var (began, started) = (Stopwatch.GetTimestamp(), 0);
        var sending = SendAsync();
        await books.UntilAsync(BetweenMoves, () => $"It does not begin: {stream.Explain()}");
        for (var move = 1; move <= 3 * Moves; move++)
        {
            var seen = books.Seen;
            var update = context.ApplyOverlay($$"""{ "s": [{ "feed": { {{places[move % 3]}} } }] }""", "where");
            Assert.True(update.Applied, $"{update.Refusal}");

            // From ws the new connection is made first; an mqtt client has one connection.
            Assert.Equal(move % 3 == 1 ? SsPolicyAction.Replace : SsPolicyAction.Reconnect, Assert.Single(update.Effects).Action);
            await handler.WaitForStateAsync(SsState.Connected, times: move + 1);
            await books.UntilAsync(seen + BetweenMoves, () => $"Move {move} to {places[move % 3]} does not end: {stream.Explain()}");
        }

        await stop.CancelAsync();
        await sending;
        await Task.WhenAll(under.Values).OrFail(() => $"{under.Count} messages are not done with, {string.Join(' ', under.Keys.Order().Take(20))}: {stream.Explain()}");
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        await books.AllAsync(started);
        books.Check(started, exactlyOnce: qos == 2);
        Assert.Equal(3 * Moves, handler.States.Count(static state => state == SsState.Disconnected));
        Assert.DoesNotContain(handler.States, static state => state is SsState.Unreachable or SsState.AllRetriesFailed);
        output.WriteLine(FormattableString.Invariant(
            $"QoS {qos}, window {window}: {Moves} moves each from ws to mqtt, from mqtt to mqtt and from mqtt to ws; {started} messages, {started / seconds:0} a second, all arrived ({books.CountAt(0)} over ws, {books.CountAt(1)} and {books.CountAt(2)} over the brokers); {books.Acknowledged} acknowledged, {books.Repeated} repeated by the sender, {books.Twice} arrived twice; longest time without a message {books.Gap.TotalMilliseconds:0} ms"));
        await stream.DisposeAsync();
        await echoes.OrFail(static () => "Reading does not end.");

        string Mqtt(MosquittoBroker broker) => FormattableString.Invariant(
            $""" "protocol": "mqtt", "endpoint": "127.0.0.1", "port": {broker.Ports.Plain}, "mqtt_client_id": "{topic}", "mqtt_topic": "{topic}", "mqtt_qos": {qos}, "mqtt_receive_maximum": {Math.Min(window, 100)} """);

        // As many as are due by now, but for what is under way already: each in its turn, since SendAsync takes its place when it is called.
        async Task SendAsync()
        {
            using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
            while (!stop.IsCancellationRequested)
            {
                for (var due = (int)(Stopwatch.GetElapsedTime(began).TotalSeconds * MessagesPerSecond); started < due && under.Count < MostUnderWay;)
                {
                    var number = started++;
                    var task = OneAsync(number);
                    if (task.IsCompletedSuccessfully)
                        continue;
                    under[number] = task;
                    _ = task.ContinueWith(_ => under.TryRemove(number, out var _), TaskContinuationOptions.ExecuteSynchronously | TaskContinuationOptions.OnlyOnRanToCompletion);
                }

                await timer.WaitForNextTickAsync(CancellationToken.None);
            }
        }

        // What a sender does who must not lose anything: it waits for the acknowledgement where there is one, else for the peer's own word, and repeats what was refused or failed.
        async Task OneAsync(int number)
        {
            var payload = new byte[sizeof(int)];
            BinaryPrimitives.WriteInt32BigEndian(payload, number);
            while (true)
            {
                var acknowledges = stream.Traits.Acknowledges;
                try
                {
                    await stream.SendAsync(payload, acknowledges ? SsSendFlags.WaitForAck : SsSendFlags.None, CancellationToken.None);
                }
                catch (Exception error) when (error is SsNackException or SsStreamException or NotSupportedException)
                {
                    books.Repeat(number);
                    continue;
                }

                if (acknowledges)
                    books.Acknowledge(number);
                else
                    await books.WaitForAsync(number);
                return;
            }
        }

        async Task ReadEchoesAsync()
        {
            await foreach (var message in stream.ReadMessagesAsync(new SsReadOptions { OnAllRetriesFailed = SsLossBehavior.End }, CancellationToken.None))
            {
                using (message)
                    books.Arrived(0, BinaryPrimitives.ReadInt32BigEndian(message.Payload.Span));
            }
        }
    }

    /// <summary>Who is subscribed to the topic at both brokers.</summary>
    private sealed class Readers : IAsyncDisposable
    {
        private readonly List<LocalContext> _contexts = [];
        private readonly List<Reader> _readers = [];

        public Readers(MosquittoBroker one, MosquittoBroker two, string topic, int qos, MoveBooks books)
        {
            foreach (var (broker, place) in ((MosquittoBroker, int)[])[(one, 1), (two, 2)])
            {
                var context = SsContext.FromJson(FormattableString.Invariant($$"""
                    { "s": [{ "read": { "protocol": "mqtt", "endpoint": "127.0.0.1", "port": {{broker.Ports.Plain}}, "mqtt_client_id": "{{topic}}-read", "mqtt_subscribe": "{{topic}}", "mqtt_qos": {{qos}} } }] }
                    """));
                var reader = new Reader(place, books);
                _contexts.Add(context);
                _readers.Add(reader);
                context.Create("read", reader).Connect();
            }
        }

        public async Task ConnectedAsync()
        {
            foreach (var reader in _readers)
                await reader.WaitForStateAsync(SsState.Connected);
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var context in _contexts)
                await context.DisposeAsync();
        }
    }

    private sealed class Reader(int place, MoveBooks books) : RecordingHandler
    {
        protected override SsResult ReactToReceive(SecureStream stream, ReadOnlySpan<byte> payload, SsRxFlags flags)
        {
            books.Arrived(place, BinaryPrimitives.ReadInt32BigEndian(payload));
            return SsResult.Continue;
        }
    }
}
