using SecureStreams.Policy;

namespace SecureStreams.Tests.Core.RandomLife;

/// <summary>Streamtypes of every kind that makes a difference to the life of a stream.</summary>
internal static class LifePolicy
{
    /// <summary>All of them, by name: <c>raw|h1</c>, <c>none|never|three|forever</c>, <c>once</c> for opportunistic, <c>nailed</c>.</summary>
    public static IReadOnlyList<string> Names { get; }

    /// <summary>With delays of seconds, for a manual clock.</summary>
    public static PolicyModel Slow { get; }

    /// <summary>With delays of milliseconds, for the real one.</summary>
    public static PolicyModel Quick { get; }

    static LifePolicy()
    {
        var types = new Dictionary<string, string>();
        foreach (var protocol in new[] { "raw", "h1" })
        {
            foreach (var retry in new[] { "none", "never", "three", "forever" })
            {
                foreach (var once in new[] { false, true })
                {
                    foreach (var nailed in new[] { false, true })
                    {
                        var name = $"{protocol}-{retry}{(once ? "-once" : "")}{(nailed ? "-nailed" : "")}";
                        types[name] = $$"""
                            "{{name}}": { "endpoint": "peer.test", "port": 1, "protocol": "{{protocol}}", "timeout_ms": 1500, "metadata": [{ "m": "" }]
                                {{(protocol == "h1" ? """, "http_method": "POST", "http_url": "/" """ : "")}}
                                {{(retry == "none" ? "" : $", \"retry\": \"{retry}\"")}}
                                {{(once ? ", \"opportunistic\": true" : "")}} {{(nailed ? ", \"nailed_up\": true" : "")}} }
                            """;
                    }
                }
            }
        }

        Names = [.. types.Keys];
        Slow = Load("1000, 2000, 5000", "", types.Values);
        Quick = Load("1, 2, 3", "\"governor_rate\": 60000, \"governor_burst\": 10000, \"governor_in_flight\": 10000,", types.Values);
    }

    private static PolicyModel Load(string backoff, string governor, IEnumerable<string> types)
    {
        var result = PolicyLoader.Load(System.Text.Encoding.UTF8.GetBytes($$"""
            {
              {{governor}}
              "retry": [{
                "never": { "backoff": [{{backoff}}], "conceal": 0, "jitterpc": 20 },
                "three": { "backoff": [{{backoff}}], "conceal": 3, "jitterpc": 0 },
                "forever": { "backoff": [{{backoff}}], "conceal": 65535 }
              }],
              "s": [{ {{string.Join(",\n", types)}} }]
            }
            """), "life", new PolicyLoadOptions());
        return result.Model ?? throw new InvalidOperationException(string.Join('\n', result.Diagnostics));
    }
}
