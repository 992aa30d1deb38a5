using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using SecureStreams.Policy;
using SecureStreams.TestSupport.Checks;
using Xunit;

namespace SecureStreams.Server.Tests.Live;

/// <summary>
/// Random edits of the policies of both sides over real connections under load: streams of ws, raw and h2 move between servers, the servers move themselves, and what is sent arrives
/// once, in order. <c>SS_TEST_LONG=1</c> makes two hundred edits, <c>SS_TEST_SEED</c> those of another seed.
/// </summary>
public sealed class EditStormTests(ITestOutputHelper output)
{
    private static readonly string[] Protocols = ["ws", "raw", "h2"];

    [Fact]
    public async Task No_edit_of_either_side_costs_a_message()
    {
        var edits = Environment.GetEnvironmentVariable("SS_TEST_LONG") == "1" ? 200 : 30;
        var seed = int.TryParse(Environment.GetEnvironmentVariable("SS_TEST_SEED"), out var given) ? given : 1;
        var chance = new Random(seed);
        await using var bench = new ServerBench(string.Join(", ", Protocols.SelectMany(static protocol => new[] { 0, 1 }.Select(place =>
            $$""" "{{protocol}}{{place}}": { "server": true, "protocol": "{{protocol}}", "endpoint": "127.0.0.1" } """))));
        var ledgers = Protocols.ToDictionary(static one => one, static _ => new ConcurrentQueue<int>());
        var listeners = new Dictionary<string, SsListener>();
        foreach (var protocol in Protocols)
        {
            foreach (var place in new[] { 0, 1 })
                listeners[$"{protocol}{place}"] = bench.Context.CreateListener($"{protocol}{place}", _ => new LedgerHandler(ledgers[protocol]));
        }

        var places = Protocols.ToDictionary(static one => one, static _ => 0);
        await using var context = SsContext.FromJson(Policy(), new SsContextOptions { LoggerFactory = bench.Log });
        var ends = new ConcurrentQueue<(string StreamType, SsCauseCode Code)>();
        var streams = Protocols.ToDictionary(static one => one, one => context.Create(one, new EndLog(ends)));
        using var stop = new CancellationTokenSource();
        var sent = Protocols.ToDictionary(static one => one, static _ => new StrongBox());
        var work = Protocols.Select(one => one == "h2" ? RequestAsync(streams[one], sent[one]) : SendAsync(streams[one], sent[one])).ToArray();
        var planned = new Dictionary<SsPolicyAction, int>();
        var moves = 0;
        for (var edit = 0; edit < edits; edit++)
        {
            await Poll.UntilAsync(() => streams.Values.All(static one => one.Traits.IsTransactional || one.State == SsState.Connected), () => string.Join(Environment.NewLine, streams.Values.Select(static one => one.Explain())));
            var before = sent.ToDictionary(static one => one.Key, static one => Volatile.Read(ref one.Value.Value));
            if (chance.Next(4) == 0)
                await MoveServerAsync();
            else
                EditClient();

            // All of them speak again before the next.
            await Poll.UntilAsync(() => sent.All(one => Volatile.Read(ref one.Value.Value) > before[one.Key] + 5), () => $"seed {seed}, edit {edit}: {string.Join(Environment.NewLine, streams.Values.Select(static one => one.Explain()))}");
        }

        await stop.CancelAsync();
        await Task.WhenAll(work).OrFail(static () => "Sending does not end.");
        foreach (var protocol in Protocols)
        {
            await Poll.UntilAsync(() => ledgers[protocol].Count >= sent[protocol].Value, () => $"{protocol}: {ledgers[protocol].Count} of {sent[protocol].Value} arrived.");
            Assert.Equal(Enumerable.Range(0, sent[protocol].Value), ledgers[protocol]);
        }

        Assert.All(ends, static end => Assert.Equal(SsCauseCode.PolicyChanged, end.Code));

        // A replacement that the next edit overtook has ended nothing.
        Assert.InRange(ends.Count, 1, planned.GetValueOrDefault(SsPolicyAction.Replace) + planned.GetValueOrDefault(SsPolicyAction.Reconnect));
        output.WriteLine($"seed {seed}, {edits} edits, {moves} of them of servers: {string.Join(", ", planned.OrderBy(static one => one.Key).Select(static one => $"{one.Value} {one.Key}"))}; {string.Join(", ", sent.Select(static one => $"{one.Value.Value} over {one.Key}"))}, each arrived once and in order; {ends.Count} connections ended, none outside of the plan");

        void EditClient()
        {
            var protocol = Protocols[chance.Next(Protocols.Length)];
            if (chance.Next(3) > 0)
                places[protocol] ^= 1;
            var update = context.UpdatePolicy(Policy());
            Assert.True(update.Applied, update.Refusal);
            foreach (var effect in update.Effects)
                planned[effect.Action] = planned.GetValueOrDefault(effect.Action) + 1;
        }

        async Task MoveServerAsync()
        {
            // Clients stay where they are: what they were accepted on goes on.
            var name = listeners.Keys.ElementAt(chance.Next(listeners.Count));
            int port;
            using (var any = new TcpListener(IPAddress.Loopback, 0))
            {
                any.Start();
                port = ((IPEndPoint)any.LocalEndpoint).Port;
            }

            var update = bench.Context.ApplyOverlay($$"""{ "s": [{ "{{name}}": { "port": {{port}} } }] }""", name);
            Assert.Equal(SsPolicyAction.Replace, Assert.Single(update.Effects, static one => one.IsListener).Action);
            await Poll.UntilAsync(() => ServerBench.PortOf(listeners[name]) == port, () => $"{name} listens at {listeners[name].EndPoints[0]}.");
            moves++;

            // Who connects next has to know; for those who are there it is no other connection, but the policy cannot know that.
            foreach (var effect in context.UpdatePolicy(Policy()).Effects)
                planned[effect.Action] = planned.GetValueOrDefault(effect.Action) + 1;
        }

        string Policy() => $$"""
            {
              "governor_rate": 60000, "governor_burst": 1000,
              "retry": [{ "r": { "backoff": [{{50 + chance.Next(3)}}], "conceal": 65535, "svalidhup": {{60 + chance.Next(2)}} } }],
              "s": [{
                "ws": { "protocol": "ws", "endpoint": "127.0.0.1", "port": {{PortOf("ws")}}, "ws_subprotocol": "", "ws_binary": true, "nailed_up": true, "retry": "r", "timeout_ms": {{1000 + chance.Next(3)}} },
                "raw": { "protocol": "raw", "endpoint": "127.0.0.1", "port": {{PortOf("raw")}}, "nailed_up": true, "retry": "r", "half_open_ms": {{60000 + chance.Next(2)}} },
                "h2": { "protocol": "h2", "endpoint": "127.0.0.1", "port": {{PortOf("h2")}}, "http_method": "POST", "http_url": "/{{chance.Next(2)}}", "retry": "r" }
              }]
            }
            """;

        int PortOf(string protocol) => ServerBench.PortOf(listeners[$"{protocol}{places[protocol]}"]);

        async Task SendAsync(SecureStream stream, StrongBox count)
        {
            while (!stop.IsCancellationRequested)
            {
                await stream.SendAsync(Number(count.Value), CancellationToken.None);
                Interlocked.Increment(ref count.Value);
                if (count.Value % 8 == 0)
                    await Task.Yield();
            }
        }

        async Task RequestAsync(SecureStream stream, StrongBox count)
        {
            while (!stop.IsCancellationRequested)
            {
                await stream.SendAsync(Number(count.Value), SsSendFlags.WaitForAck, CancellationToken.None);
                Interlocked.Increment(ref count.Value);
            }
        }
    }

    private static byte[] Number(int number)
    {
        var payload = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(payload, number);
        return payload;
    }

    private sealed class StrongBox
    {
        public int Value;
    }

    private sealed class EndLog(ConcurrentQueue<(string StreamType, SsCauseCode Code)> ends) : SecureStreamHandler
    {
        public override SsResult OnState(SecureStream stream, in SsStateChange change)
        {
            if (change.State == SsState.Disconnected && change.Cause.Code is not (SsCauseCode.Completed or SsCauseCode.LocalDestroy))
                ends.Enqueue((stream.StreamType, change.Cause.Code));
            return SsResult.Continue;
        }
    }
}
