using SecureStreams.Policy;
using SecureStreams.Simulation.Engine;

namespace SecureStreams.Simulation.Edits;

/// <summary>A streamtype as an editor sees it.</summary>
internal sealed record StreamDraft
{
    private const int Port = 7;

    public required string Name { get; init; }

    public required string Endpoint { get; init; }

    public required WireProtocol Protocol { get; init; }

    public required string Method { get; init; }

    public required string Retry { get; init; }

    public bool NailedUp { get; init; }

    public bool Opportunistic { get; init; }

    /// <summary>Milliseconds; null for none.</summary>
    public int? Timeout { get; init; }

    /// <summary>Milliseconds; null for the default.</summary>
    public int? ConnectTimeout { get; init; }

    /// <summary>What of the network asks for another connection and is nothing to the simulated one.</summary>
    public bool LowLatency { get; init; }

    /// <summary>As <see cref="LowLatency"/>, for the last edit.</summary>
    public bool HighThroughput { get; init; }

    public bool HasMetadata { get; init; }

    /// <summary>Whether the policy has it at all.</summary>
    public bool IsThere { get; init; } = true;

    public bool IsTransactional => Protocol is WireProtocol.H1 or WireProtocol.H2;

    public static StreamDraft Of(StreamTypePolicy policy) => new()
    {
        Name = policy.Name,
        Endpoint = policy.Endpoint!.Text,
        Protocol = policy.Protocol,
        Method = policy.Name == "get" ? "GET" : "POST",
        Retry = policy.Retry!.Name,
        NailedUp = policy.NailedUp,
        Opportunistic = policy.Opportunistic,
    };

    public StreamDraft WithOtherLive(SimRandom random) => random.Below(4) switch
    {
        0 => this with { NailedUp = !NailedUp },
        1 => this with { Opportunistic = !Opportunistic },
        _ => this with { Timeout = Timeout is null ? 1000 * (1 + random.Below(9)) : null },
    };

    public StreamDraft WithOtherTimeout(SimRandom random) => this with { ConnectTimeout = ConnectTimeout is null ? 1000 * (8 + random.Below(12)) : null };

    /// <summary>A lasting connection by another protocol that lasts. One that cannot ask its peer needs the patience of its scheme.</summary>
    public StreamDraft WithOtherProtocol(WireProtocol first) => this with
    {
        Protocol = Protocol != first ? first : Protocol == WireProtocol.WebSocket ? WireProtocol.Mqtt : WireProtocol.WebSocket,
    };

    /// <param name="complete">Also what an overlay leaves alone.</param>
    public PolicyMembers Members(bool complete)
    {
        var members = new PolicyMembers();
        members.AddText("endpoint", Endpoint);
        members.Add("port", Port);
        members.AddText("protocol", Protocol switch { WireProtocol.WebSocket => "ws", WireProtocol.Mqtt => "mqtt", WireProtocol.Raw => "raw", WireProtocol.H2 => "h2", _ => "h1" });
        members.AddText("retry", Retry);
        switch (Protocol)
        {
            case WireProtocol.WebSocket:
                members.AddText("ws_subprotocol", "sim");
                break;
            case WireProtocol.Mqtt:
                members.AddText("mqtt_topic", "t");
                members.Add("mqtt_qos", 1);
                break;
            case WireProtocol.H1 or WireProtocol.H2:
                members.AddText("http_method", Method);
                members.AddText("http_url", "x");
                break;
        }

        if (NailedUp)
            members.Add("nailed_up", "true");
        if (Opportunistic)
            members.Add("opportunistic", "true");
        if (Timeout is { } timeout)
            members.Add("timeout_ms", timeout);
        if (ConnectTimeout is { } connect)
            members.Add("connect_timeout_ms", connect);
        if (complete && LowLatency)
            members.Add("attr_low_latency", "true");
        if (complete && HighThroughput)
            members.Add("attr_high_throughput", "true");
        if (complete && HasMetadata)
            members.Add("metadata", """[{"m":""}]""");
        return members;
    }
}
