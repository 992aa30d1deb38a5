using SecureStreams.Policy;

namespace SecureStreams.Tool.Running;

/// <summary>What kind of conversation a run is, worked out from the arguments and the streamtype.</summary>
/// <param name="IsTransactional">The protocol ends each exchange by itself (HTTP): then the end is awaited after the acknowledgement.</param>
/// <param name="IsRaw">Bytes without boundaries, each side ends by itself.</param>
/// <param name="OnlyReceives">There is nothing to send.</param>
/// <param name="Lines">Each line is a message, both ways.</param>
/// <param name="Receive">After how many received messages the run is done; null: the peer ends it.</param>
internal sealed record RunPlan(bool IsTransactional, bool IsRaw, bool OnlyReceives, bool Lines, int? Receive)
{
    // RFC 6455 section 7.4.1: 1000 the purpose was fulfilled, 1001 the peer goes away, 1005 its close frame has no code. Without a close frame there is no status, and that is a cut.
    private static readonly int[] OrderlyCloses = [1000, 1001, 1005];

    /// <summary>Whether messages come one by one.</summary>
    public bool HasMessages => !IsTransactional && !IsRaw;

    /// <summary>What the last piece of the data is marked with: raw streams end this side of the connection with it.</summary>
    public SsTxFlags EndFlags => IsRaw ? SsTxFlags.EndOfMessage | SsTxFlags.EndOfStream : SsTxFlags.EndOfMessage;

    /// <summary>Whether messages go by way of a broker: nothing there tells the end of a conversation.</summary>
    public bool IsMqtt { get; init; }

    /// <summary>mqtt: whether the broker says of each message that it has it.</summary>
    public bool Acknowledges { get; init; }

    /// <summary>mqtt: whether the run is done when all is sent, and acknowledged where it is: nothing is to be received.</summary>
    public bool EndsWhenSent { get; init; }

    /// <param name="settings">The arguments.</param>
    /// <param name="policy">The streamtype; null where the policy has none of that name, which creating the stream will tell.</param>
    /// <exception cref="UnusableInputException">Arguments that the protocol has no use for.</exception>
    public static RunPlan Of(RunSettings settings, StreamTypePolicy? policy)
    {
        var plan = new RunPlan(policy?.Protocol is WireProtocol.H1 or WireProtocol.H2 or WireProtocol.H3, policy?.Protocol is WireProtocol.Raw, settings.Data is null, settings.Lines, settings.Receive)
        {
            IsMqtt = policy?.Protocol is WireProtocol.Mqtt,
            Acknowledges = policy?.Find("mqtt_qos")?.Value.Number > 0,
            EndsWhenSent = policy?.Protocol is WireProtocol.Mqtt && settings.Data is not null && settings.Receive is null && policy.Find("mqtt_subscribe") is null,
        };
        if (!plan.HasMessages && (settings.Lines || settings.Receive is not null))
        {
            throw new UnusableInputException(plan.IsRaw
                ? $"--{(settings.Lines ? "lines" : "receive")}: streamtype '{settings.StreamType}' is raw, which has no messages"
                : $"--{(settings.Lines ? "lines" : "receive")}: streamtype '{settings.StreamType}' makes HTTP transactions, which have one message each way");
        }

        return plan;
    }

    /// <summary>Whether a WebSocket close code tells of an end that was meant; 0, that there was no close frame, does not.</summary>
    public static bool IsOrderlyClose(int code) => OrderlyCloses.Contains(code);
}
