using System.Globalization;
using System.Text;
using SecureStreams.Policy;
using SecureStreams.Tests.Core;
using Xunit;

namespace SecureStreams.Tests.Context;

/// <summary>A plan equals what then happens: random changes over streams in every phase, each told beforehand.</summary>
public sealed class PolicyPlanTests
{
    private static readonly string[] Types = ["ws", "raw", "http", "up", "mqtt"];

    [Fact]
    public async Task What_is_planned_is_what_streams_then_do()
    {
        var seeds = Environment.GetEnvironmentVariable("SS_TEST_LONG") == "1" ? 2000 : 40;
        var actions = new Dictionary<SsPolicyAction, int>();
        for (var seed = 1; seed <= seeds; seed++)
            await RunAsync(seed, actions);

        // Not one of them may be missing, or this has tried less than it says.
        Assert.Equal(
            [SsPolicyAction.Live, SsPolicyAction.NextAttempt, SsPolicyAction.AttemptNow, SsPolicyAction.AfterTransaction, SsPolicyAction.Replace, SsPolicyAction.Reconnect, SsPolicyAction.End],
            actions.Keys.Order());
    }

    private static async Task RunAsync(int seed, Dictionary<SsPolicyAction, int> actions)
    {
        var chance = new Random(seed);
        await using var world = new CoreWorld(Base(chance, whole: true));
        world.Play = peer =>
        {
            switch (chance.Next(4))
            {
                case 0:
                    peer.Close(CoreBench.Refused);
                    break;
                case 1:
                    break;
                default:
                    peer.Accept();
                    break;
            }
        };
        var streams = new List<SecureStream>();
        for (var i = 0; i < 15; i++)
        {
            var (stream, _) = world.Create(Types[i % Types.Length]);
            streams.Add(stream);
            if (chance.Next(4) > 0)
                world.Do(stream.Connect);
        }

        for (var step = 0; step < 25; step++)
        {
            if (chance.Next(3) == 0)
                world.PassSeconds(chance.Next(1, 4));
            if (chance.Next(3) == 0)
                world.Do(streams[chance.Next(streams.Count)].Connect);
            if (chance.Next(5) == 0 && world.Peers.Count > 0)
                world.Do(() => world.Peers[chance.Next(world.Peers.Count)].Close(CoreBench.Reset));

            var next = PolicyDocument.FromJson(Base(chance), "policy");
            var plan = world.Context.Plan(next);
            var from = world.Log.Entries.Count;
            var update = world.Context.UpdatePolicy(next);
            Assert.Equal(plan.Refusal is null, update.Applied);
            Assert.Equal(plan.Effects, update.Effects);
            world.Run();
            var done = world.Log.Entries.Skip(from).Where(static entry => entry.Id.Id == 1031).Select(static entry => entry.Message).Order(StringComparer.Ordinal);
            Assert.Equal(plan.Effects.Select(static one => $"{one.StreamType}#{one.StreamId}: a change of the policy ({one.Impact}): {one.Action}").Order(StringComparer.Ordinal), done);
            foreach (var effect in plan.Effects)
                actions[effect.Action] = actions.GetValueOrDefault(effect.Action) + 1;
        }
    }

    private static string Base(Random chance, bool whole = false)
    {
        var text = new StringBuilder("""{ "retry": [{ "r": { "backoff": [1000], "conceal": 2, "jitterpc": 0, "svalidhup_ms": """);
        text.Append(chance.Next(2) == 0 ? 100000 : 200000).Append(""" } }], "s": [{ """);
        var first = true;
        foreach (var type in Types)
        {
            if (!whole && !first && chance.Next(12) == 0)
                continue;
            text.Append(first ? "" : ", ").Append(CultureInfo.InvariantCulture, $"\"{type}\": {{ \"endpoint\": \"peer.test\", \"retry\": \"r\", \"port\": {80 + chance.Next(2)}, \"protocol\": \"{Protocol(type)}\"");
            if (type == "ws")
                text.Append(chance.Next(4) == 0 ? ", \"ws_subprotocol\": \"x\"" : ", \"ws_subprotocol\": \"\"");
            if (type == "http")
                text.Append(chance.Next(2) == 0 ? ", \"http_method\": \"GET\", \"http_url\": \"/\"" : ", \"http_method\": \"GET\", \"http_url\": \"/other\"");
            if (type == "mqtt")
                text.Append(", \"mqtt_topic\": \"t\", \"mqtt_client_id\": \"c\", \"tls\": false");
            if (type == "up")
                text.Append(chance.Next(3) == 0 ? "" : ", \"nailed_up\": true");
            if (chance.Next(4) == 0)
                text.Append(", \"timeout_ms\": 5000");
            if (chance.Next(4) == 0)
                text.Append(", \"connect_timeout_ms\": 9000");
            if (chance.Next(6) == 0)
                text.Append(", \"metadata\": [{ \"m\": \"\" }]");
            text.Append(" }");
            first = false;
        }

        return text.Append(" }] }").ToString();
    }

    private static string Protocol(string type) => type switch { "http" => "h1", "up" => "raw", _ => type };
}
