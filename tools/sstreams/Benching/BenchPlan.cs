using SecureStreams.Policy;

namespace SecureStreams.Tool.Benching;

/// <summary>What a load consists of, worked out from the arguments and the streamtype.</summary>
/// <param name="Mode">What is done.</param>
/// <param name="Protocol">Over which protocol, in the words of policies.</param>
/// <param name="HasMessages">Whether the protocol keeps messages apart; otherwise every so many bytes are one.</param>
/// <param name="Size">Payload bytes of a message or body.</param>
/// <param name="Outstanding">Messages under way on a stream.</param>
internal sealed record BenchPlan(BenchMode Mode, string Protocol, bool HasMessages, int Size, int Outstanding)
{
    /// <summary>Bytes of the number that an echo is known by, where messages are large enough to hold it.</summary>
    public const int NumberBytes = 8;

    /// <summary>The first byte of the message that asks for the answer at the end of a one-way load.</summary>
    public const byte LastMark = 1;

    private const int DefaultSize = 64;

    /// <summary>Whether messages hold a number.</summary>
    public bool IsNumbered => Mode == BenchMode.Echo && Size >= NumberBytes;

    /// <summary>mqtt: nobody answers the last message; what the broker acknowledges is done, or with QoS 0 what was sent.</summary>
    public bool IsMqtt { get; init; }

    /// <summary>mqtt: whether the broker acknowledges each message.</summary>
    public bool Acknowledges { get; init; }

    /// <summary>
    /// mqtt: whether what is under way when a connection is lost goes on over the next. With one way each message is acknowledged or not, sooner or later; an echo waits at the broker where that keeps the session.
    /// </summary>
    public bool OutlastsConnections { get; init; }

    /// <summary>Whether a transaction that is cut short is not tried again by the policy, and the stream goes on with the next one.</summary>
    public bool IsOpportunistic { get; init; }

    /// <summary>What one operation is called.</summary>
    public string Noun => Mode == BenchMode.Get ? "transaction" : "message";

    /// <exception cref="UnusableInputException">The streamtype cannot be used so.</exception>
    public static BenchPlan Of(BenchSettings settings, StreamTypePolicy policy)
    {
        var transactional = policy.Protocol is WireProtocol.H1 or WireProtocol.H2 or WireProtocol.H3;
        var protocol = NameOf(policy.Protocol);
        var mode = settings.Mode ?? (transactional ? BenchMode.Get : BenchMode.Echo);
        if (transactional != (mode == BenchMode.Get))
        {
            throw new UnusableInputException(transactional
                ? $"streamtype '{settings.StreamType}' is {protocol}, where every message has its answer: leave out --{(mode == BenchMode.Echo ? "echo" : "one-way")}"
                : $"streamtype '{settings.StreamType}' is {protocol}, which has no transactions: --get does not apply");
        }

        if (mode == BenchMode.Get && settings.Outstanding != 1)
            throw new UnusableInputException("--outstanding: a stream has one transaction at a time; more of them need more --streams");
        if (mode == BenchMode.Get && settings.Size > 0 && policy.Http!.Method is "GET" or "HEAD")
            throw new UnusableInputException($"--size: streamtype '{settings.StreamType}' has http_method {policy.Http!.Method}, which sends no body");
        if (mode == BenchMode.OneWay && policy.Protocol == WireProtocol.Raw && settings.Messages is null)
            throw new UnusableInputException("--one-way over raw announces to the peer how much is sent, so it needs --messages, not --duration");
        if (mode != BenchMode.Get && settings.Size == 0)
            throw new UnusableInputException("--size: a message needs at least 1 byte");
        var acknowledges = policy.Protocol == WireProtocol.Mqtt && policy.Find("mqtt_qos")?.Value.Number > 0;
        return new BenchPlan(mode, protocol, policy.Protocol != WireProtocol.Raw, settings.Size ?? (mode == BenchMode.Get ? 0 : DefaultSize), settings.Outstanding)
        {
            IsMqtt = policy.Protocol == WireProtocol.Mqtt,
            Acknowledges = acknowledges,
            OutlastsConnections = acknowledges && (mode == BenchMode.OneWay || HasSession(settings, policy)),
            IsOpportunistic = policy.Opportunistic,
        };
    }

    /// <summary>Whether the broker keeps the session when a connection ends, see docs/mqtt.md.</summary>
    private static bool HasSession(BenchSettings settings, StreamTypePolicy policy) =>
        (policy.Find("mqtt_client_id") is not null || settings.Blobs.Any(static blob => blob.Name == SsBlobNames.MqttClientId))
        && policy.Find("mqtt_clean_start")?.Value.Flag is not true
        && !(policy.Find("mqtt_version")?.Value.Number == 5 && policy.Find("mqtt_session_expiry")?.Value.Number == 0);

    // As policies spell it.
    private static string NameOf(WireProtocol protocol) => protocol switch
    {
        WireProtocol.H1 => "h1",
        WireProtocol.H2 => "h2",
        WireProtocol.H3 => "h3",
        WireProtocol.WebSocket => "ws",
        WireProtocol.Mqtt => "mqtt",
        _ => "raw",
    };
}
