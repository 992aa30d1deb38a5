using System.Collections.Immutable;
using System.Text;
using SecureStreams.Policy;

namespace SecureStreams.Simulation.Application;

/// <summary>A policy that runs live by.</summary>
internal sealed class SimPolicy
{
    private const string EveryText = """
        {
          "release": "simulation-1", "product": "simulation", "schema-version": 1,
          "governor_rate": 300, "governor_burst": 8, "governor_in_flight": 6,
          "retry": [
            { "ever": { "backoff": [250, 500, 1000, 2000, 4000, 8000], "conceal": 65535, "jitterpc": 30, "svalidping": 10, "svalidhup": 15 } },
            { "quiet": { "backoff": [300, 600, 1200, 5000], "conceal": 65535, "jitterpc": 25, "svalidping": 0, "svalidhup": 30 } },
            { "few": { "backoff": [300, 700, 1500], "conceal": 3, "jitterpc": 50, "svalidping": 8, "svalidhup": 14 } }
          ],
          "s": [
            { "feed": { "endpoint": "alpha.sim", "port": 7, "protocol": "ws", "ws_subprotocol": "sim", "nailed_up": true, "retry": "ever" } },
            { "chat": { "endpoint": "beta.sim", "port": 7, "protocol": "ws", "ws_subprotocol": "sim", "opportunistic": true, "retry": "few" } },
            { "pipe": { "endpoint": "gamma.sim", "port": 7, "protocol": "raw", "nailed_up": true, "retry": "quiet" } },
            { "mq": { "endpoint": "alpha.sim", "port": 7, "protocol": "mqtt", "mqtt_topic": "t", "mqtt_qos": 1, "retry": "ever" } },
            { "mq-few": { "endpoint": "beta.sim", "port": 7, "protocol": "mqtt", "mqtt_topic": "t", "mqtt_qos": 1, "nailed_up": true, "retry": "few" } },
            { "get": { "endpoint": "gamma.sim", "port": 7, "protocol": "h1", "http_method": "GET", "http_url": "x", "retry": "ever" } },
            { "post": { "endpoint": "beta.sim", "port": 7, "protocol": "h1", "http_method": "POST", "http_url": "x", "retry": "few" } },
            { "post-h2": { "endpoint": "alpha.sim", "port": 7, "protocol": "h2", "http_method": "POST", "http_url": "x", "opportunistic": true, "retry": "ever" } }
          ]
        }
        """;

    private const string FleetText = """
        {
          "release": "fleet-1", "product": "simulation", "schema-version": 1,
          "retry": [ { "ever": { "backoff": [1000, 2000, 5000, 15000, 30000, 45000], "conceal": 65535, "jitterpc": JITTER, "svalidping": 30, "svalidhup": 40 } } ],
          "s": [ { "feed": { "endpoint": "alpha.sim", "port": 7, "protocol": "ws", "ws_subprotocol": "sim", "nailed_up": true, "retry": "ever" } } ]
        }
        """;

    private SimPolicy(string text)
    {
        Text = text;
        var result = PolicyLoader.Load(Encoding.UTF8.GetBytes(text), "simulation.json");
        Model = result.Model ?? throw new InvalidOperationException(string.Join(Environment.NewLine, result.Diagnostics));
        var policies = Model.StreamTypes.Values.OrderBy(static policy => policy.Name, StringComparer.Ordinal).ToList();
        Servers = [.. policies.Select(static policy => policy.Endpoint!.Text).Distinct().Order(StringComparer.Ordinal)];
        Kinds =
        [
            .. policies.Select(policy => new StreamKind(
                policy,
                Servers.IndexOf(policy.Endpoint!.Text),
                policy.Protocol is WireProtocol.H1 or WireProtocol.H2 && policy.Name != "get",
                policy.Protocol == WireProtocol.Mqtt)),
        ];
    }

    /// <summary>One streamtype of every kind.</summary>
    public static SimPolicy Every { get; } = new(EveryText);

    /// <summary>A fleet's device: streams that are always wanted, all to one peer, with the governor's defaults.</summary>
    public static SimPolicy Fleet(bool jitter) => new(FleetText.Replace("JITTER", jitter ? "30" : "0", StringComparison.Ordinal));

    /// <summary>What it was made of.</summary>
    public string Text { get; }

    public PolicyModel Model { get; }

    /// <summary>The names of the servers, in the order of <see cref="StreamKind.Server"/>.</summary>
    public ImmutableArray<string> Servers { get; }

    /// <summary>The streamtypes, by name.</summary>
    public ImmutableArray<StreamKind> Kinds { get; }
}
