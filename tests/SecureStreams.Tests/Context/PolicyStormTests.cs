using System.Buffers.Binary;
using SecureStreams.Policy;
using SecureStreams.Tests.Core;
using SecureStreams.Transports.InMemory;
using Xunit;

namespace SecureStreams.Tests.Context;

/// <summary>
/// Thousands of random edits of a policy under load, on a virtual clock and one thread: nobody loses a connection that the plan did not name, nothing is lost that was sent or
/// acknowledged either way, and nothing comes twice. <c>SS_TEST_LONG=1</c> makes ten thousand edits, <c>SS_TEST_SEED</c> the edits of one seed.
/// </summary>
public sealed class PolicyStormTests(ITestOutputHelper output)
{
    private static readonly string[] Types = ["ws", "ws2", "raw", "mqtt", "get", "up"];

    [Fact]
    public async Task No_edit_costs_what_it_does_not_say()
    {
        var edits = Environment.GetEnvironmentVariable("SS_TEST_LONG") == "1" ? 10_000 : 200;
        var seeds = int.TryParse(Environment.GetEnvironmentVariable("SS_TEST_SEED"), out var only) ? [only] : Enumerable.Range(1, edits / 100);
        var totals = new StormTotals();
        foreach (var seed in seeds)
            await RunAsync(seed, 100, totals);
        output.WriteLine(totals.ToString());

        // A storm in which nothing moved would prove nothing.
        Assert.True(totals.Replaced > edits / 10 && totals.Reconnected > edits / 10 && totals.Up > edits && totals.Down > edits && totals.Acknowledged > edits, totals.ToString());
    }

    private static async Task RunAsync(int seed, int edits, StormTotals totals)
    {
        var chance = new Random(seed);
        await using var world = new CoreWorld(Text(chance, whole: true));
        var peers = new List<StormPeer>();
        world.Play = peer =>
        {
            if (chance.Next(15) == 0)
            {
                peer.Close(CoreBench.Refused);
                return;
            }

            peer.FinishesLate = chance.Next(2) == 0;
            peers.Add(new StormPeer(peers.Count, peer));
            peer.Accept();
            peers[^1].Greet();
        };
        var apps = new List<StormApp>();
        for (var i = 0; i < 24; i++)
        {
            var app = new StormApp(seed);
            app.Stream = world.Context.Create(Types[i % Types.Length], app);
            apps.Add(app);
        }

        world.Run();
        for (var edit = 0; edit < edits; edit++)
        {
            Load(world, chance, apps, peers);
            var next = PolicyDocument.FromJson(Text(chance), "policy");
            var plan = world.Context.Plan(next);
            var told = apps.ToDictionary(static app => app.Stream.Id, static app => app.Ends.Count);
            var update = world.Context.UpdatePolicy(next);
            Assert.True(update.Applied, $"seed {seed}: {update.Refusal}");
            Assert.Equal(plan.Effects, update.Effects);
            world.Run();
            Settle(world, chance, peers);
            totals.Edits++;
            foreach (var app in apps)
            {
                var action = plan.Effects.FirstOrDefault(one => one.StreamId == app.Stream.Id)?.Action ?? SsPolicyAction.None;
                for (var i = told[app.Stream.Id]; i < app.Ends.Count; i++)
                {
                    var expected = action switch
                    {
                        SsPolicyAction.End => SsCauseCode.StreamTypeRemoved,
                        SsPolicyAction.Replace or SsPolicyAction.Reconnect => SsCauseCode.PolicyChanged,

                        // A connection that an edit before had begun to replace.
                        _ when app.Ends[i] == SsCauseCode.PolicyChanged && app.IsMoving => SsCauseCode.PolicyChanged,
                        _ => SsCauseCode.None,
                    };
                    Assert.True(app.Ends[i] == expected, $"seed {seed}, edit {edit}: {app.Stream} lost its connection ({app.Ends[i]}), and the plan says {action}. {app.Stream.Explain()}");
                    totals.Reconnected += action == SsPolicyAction.Reconnect ? 1 : 0;
                }

                app.IsMoving = (app.IsMoving || action == SsPolicyAction.Replace) && app.Stream.Explain().Now.Contains("under the policy before", StringComparison.Ordinal);
                totals.Replaced += action == SsPolicyAction.Replace ? 1 : 0;
            }
        }

        Load(world, chance, apps, peers);
        Settle(world, chance, peers);
        foreach (var app in apps)
            app.Check(seed, peers, totals);
    }

    /// <summary>Everybody has something to say; then all of it is on its way or there.</summary>
    private static void Load(CoreWorld world, Random chance, List<StormApp> apps, List<StormPeer> peers)
    {
        foreach (var app in apps)
        {
            if (app.Stream.State == SsState.Connected)
            {
                app.Wanted = chance.Next(3);
                if (app.Wanted > 0)
                    app.Stream.RequestTransmit();
            }
            else if (chance.Next(2) == 0)
            {
                app.Stream.Connect();
            }
        }

        world.Run();
        foreach (var peer in peers)
            peer.Speak(chance.Next(3));
        world.Run();
        if (chance.Next(2) == 0)
            world.PassSeconds(chance.Next(1, 3));
    }

    /// <summary>Connections that were asked to end say what they still have to say, and end.</summary>
    private static void Settle(CoreWorld world, Random chance, List<StormPeer> peers)
    {
        for (var found = true; found;)
        {
            found = false;
            foreach (var peer in peers)
                found |= peer.EndIfAsked(chance.Next(3));
            world.Run();
        }
    }

    private static string Text(Random chance, bool whole = false)
    {
        var entries = new List<string>();
        foreach (var type in Types)
        {
            if (!whole && chance.Next(20) == 0)
                continue;
            var protocol = type switch { "ws2" => "ws", "get" => "h1", "up" => "ws", _ => type };
            var more = protocol switch
            {
                "ws" => ", \"ws_subprotocol\": \"\"",
                "mqtt" => ", \"mqtt_topic\": \"t\", \"mqtt_qos\": 1, \"mqtt_client_id\": \"c\"",
                "h1" => ", \"http_method\": \"GET\", \"http_url\": \"/\"",
                _ => "",
            };
            if (type == "up")
                more += ", \"nailed_up\": true";
            if (chance.Next(3) == 0)
                more += $", \"timeout_ms\": {chance.Next(1, 3)}000";
            if (chance.Next(3) == 0)
                more += $", \"connect_timeout_ms\": {chance.Next(8, 10)}000";
            if (chance.Next(8) == 0)
                more += ", \"metadata\": [{ \"m\": \"\" }]";
            var port = chance.Next(3) == 0 ? 81 : 80;
            entries.Add($"\"{type}\": {{ \"endpoint\": \"peer.test\", \"port\": {port}, \"protocol\": \"{protocol}\", \"retry\": \"r\"{more} }}");
        }

        return $$"""
            { "governor_rate": 60000, "governor_burst": 1000, "governor_in_flight": 1000,
              "retry": [{ "r": { "backoff": [500], "conceal": 65535, "jitterpc": 0, "svalidhup_ms": {{(chance.Next(2) == 0 ? 900000 : 800000)}} } }], "s": [{ {{string.Join(", ", entries)}} }] }
            """;
    }

    private sealed class StormTotals
    {
        public int Edits { get; set; }

        public int Replaced { get; set; }

        public int Reconnected { get; set; }

        public int Up { get; set; }

        public int Down { get; set; }

        public int Acknowledged { get; set; }

        public override string ToString() =>
            $"{Edits} edits: {Replaced} replacements asked for, {Reconnected} reconnects, {Up} messages sent and {Down} received, each once and in order, {Acknowledged} acknowledged, none outside of the plan";
    }

    /// <summary>One connection, from the other side.</summary>
    private sealed class StormPeer(int number, InMemoryPeer peer)
    {
        private readonly bool _isRequest = peer.Policy.Protocol == WireProtocol.H1;
        private int _acknowledged;
        private bool _closed;

        public int Number => number;

        public object Sink => peer.Setup.Sink;

        /// <summary>Messages that it sent down.</summary>
        public int Sent { get; private set; }

        public int Acknowledged => _acknowledged;

        public IEnumerable<int> Received => peer.Sent.Select(static piece => BinaryPrimitives.ReadInt32BigEndian(piece.Payload));

        /// <summary>A word from each, so that none can be lost whole.</summary>
        public void Greet()
        {
            if (!_isRequest)
                Say(1);
        }

        public void Speak(int count)
        {
            if (_closed || peer.Ended.IsCompleted || peer.IsAskedToFinish)
                return;
            if (_isRequest)
            {
                _closed = true;
                _acknowledged++;
                peer.Acknowledge(true, 200);
                peer.Close(null);
                return;
            }

            Say(count);
            for (; peer.Policy.Protocol == WireProtocol.Mqtt && _acknowledged < peer.Sent.Count; _acknowledged++)
                peer.Acknowledge(true, 0);
        }

        public bool EndIfAsked(int count)
        {
            if (_closed || !peer.IsAskedToFinish || !peer.FinishesLate || peer.Ended.IsCompleted)
                return false;
            Say(count);
            _closed = true;
            peer.Close(null);
            return true;
        }

        private void Say(int count)
        {
            for (var i = 0; i < count; i++)
            {
                var payload = new byte[8];
                BinaryPrimitives.WriteInt32BigEndian(payload, number);
                BinaryPrimitives.WriteInt32BigEndian(payload.AsSpan(4), Sent++);
                peer.Send(payload, peer.Policy.Protocol == WireProtocol.Raw ? SsRxFlags.None : SsRxFlags.StartOfMessage | SsRxFlags.EndOfMessage);
            }
        }
    }

    /// <summary>One stream's handler and ledger.</summary>
    private sealed class StormApp(int seed) : SecureStreamHandler
    {
        private readonly List<(int Peer, int Number)> _received = [];
        private int _sent;
        private int _connected;
        private int _acknowledged;

        public SecureStream Stream { get; set; } = null!;

        /// <summary>Why each connection ended; requests that ended as they should are left out.</summary>
        public List<SsCauseCode> Ends { get; } = [];

        public int Wanted { get; set; }

        /// <summary>Whether a connection is being replaced, and the new one is not there yet.</summary>
        public bool IsMoving { get; set; }

        // Half of the raw streams know where a message ends.
        public override bool PermitsOverlap => (seed & 1) == 0;

        public override SsResult OnState(SecureStream stream, in SsStateChange change)
        {
            if (change.State == SsState.Disconnected && change.Cause.Code is not (SsCauseCode.Completed or SsCauseCode.LocalDestroy))
                Ends.Add(change.Cause.Code);
            if (change.State == SsState.Connected)
                _connected++;
            if (change.State == SsState.QosAckRemote)
                _acknowledged++;
            return SsResult.Continue;
        }

        public override SsResult OnReceive(SecureStream stream, ReadOnlySpan<byte> payload, SsRxFlags flags)
        {
            _received.Add((BinaryPrimitives.ReadInt32BigEndian(payload), BinaryPrimitives.ReadInt32BigEndian(payload[4..])));
            return SsResult.Continue;
        }

        public override SsTransmitResult OnTransmit(SecureStream stream, scoped ref SsTransmit tx)
        {
            if (Wanted <= 0)
                return SsTransmitResult.Nothing;
            Wanted--;
            BinaryPrimitives.WriteInt32BigEndian(tx.Buffer, _sent++);
            tx.Commit(sizeof(int), SsTxFlags.WholeMessage);
            if (Wanted > 0)
                stream.RequestTransmit();
            return SsTransmitResult.Send;
        }

        public void Check(int seed, List<StormPeer> peers, StormTotals totals)
        {
            var mine = peers.Where(one => one.Sink == (object)Stream).ToList();
            var arrived = mine.SelectMany(static one => one.Received).ToList();
            Assert.True(Enumerable.Range(0, _sent).SequenceEqual(arrived), $"seed {seed}: {Stream} sent {_sent} messages, and there arrived {string.Join(' ', arrived)}");

            // One connection after the other, each from its first message to its last; one that was given up before it could be used was never heard.
            var heard = _received.Select(static one => one.Peer).Distinct().ToList();
            var expected = mine.Where(one => heard.Contains(one.Number)).SelectMany(static one => Enumerable.Range(0, one.Sent).Select(number => (one.Number, number))).ToList();
            Assert.True(expected.SequenceEqual(_received), $"seed {seed}: {Stream} heard {string.Join(' ', _received)}, and was told {string.Join(' ', expected)}");
            Assert.Equal(Stream.Traits.IsTransactional ? 0 : _connected, heard.Count);
            Assert.Equal(mine.Sum(static one => one.Acknowledged), _acknowledged);
            totals.Up += _sent;
            totals.Down += _received.Count;
            totals.Acknowledged += _acknowledged;
        }
    }
}
