using SecureStreams.Policy;

namespace SecureStreams.Telemetry;

/// <summary>Names of tags and the texts of their values. Values are few: names of a policy or members of an enumeration, never endpoints, ids or what a peer sent.</summary>
internal static class TelemetryNames
{
    public const string StreamType = "ss.streamtype";
    public const string State = "ss.state";
    public const string Outcome = "ss.outcome";
    public const string Phase = "ss.phase";
    public const string Callback = "ss.callback";
    public const string Reason = "ss.reason";
    public const string Action = "ss.action";
    public const string Scheme = "ss.auth.scheme";
    public const string Internet = "ss.internet";
    public const string Trigger = "ss.trigger";
    public const string ErrorType = "error.type";
    public const string Direction = "network.io.direction";
    public const string Transport = "network.transport";
    public const string ProtocolName = "network.protocol.name";
    public const string ProtocolVersion = "network.protocol.version";

    // On activities only.
    public const string StreamId = "ss.stream.id";
    public const string Attempt = "ss.attempt";
    public const string DetailId = "ss.detail.id";
    public const string Status = "http.response.status_code";
    public const string ServerAddress = "server.address";
    public const string ServerPort = "server.port";
    public const string PeerAddress = "network.peer.address";
    public const string PeerPort = "network.peer.port";

    public const string Receive = "receive";
    public const string Transmit = "transmit";
    public const string Connected = "connected";
    public const string Failed = "failed";
    public const string Abandoned = "abandoned";
    public const string Applied = "applied";
    public const string Refused = "refused";

    // Made once: the text of an enumeration member is a new string each time.
    private static readonly Dictionary<SsState, string> States = Texts<SsState>();
    private static readonly Dictionary<SsPhase, string> Phases = Texts<SsPhase>();
    private static readonly Dictionary<SsCauseCode, string> Codes = Texts<SsCauseCode>();
    private static readonly Dictionary<SsPolicyAction, string> Actions = Texts<SsPolicyAction>();

    private static readonly Dictionary<SsRemotePolicyOutcome, string> Outcomes = new()
    {
        [SsRemotePolicyOutcome.None] = "none",
        [SsRemotePolicyOutcome.Applied] = Applied,
        [SsRemotePolicyOutcome.Unchanged] = "unchanged",
        [SsRemotePolicyOutcome.Refused] = Refused,
        [SsRemotePolicyOutcome.Failed] = Failed,
        [SsRemotePolicyOutcome.Reverted] = "reverted",
        [SsRemotePolicyOutcome.Unavailable] = "unavailable",
    };

    private static readonly Dictionary<SsInternet, string> Internets = Texts<SsInternet>();
    private static readonly Dictionary<SsInternetTrigger, string> Triggers = Texts<SsInternetTrigger>();

    /// <summary>The text of a state; all user states are one, since a peer's answers choose among them.</summary>
    public static string Of(SsState state) => state != SsState.UserBase && States.TryGetValue(state, out var text) ? text : "User";

    public static string Of(SsPhase phase) => Phases.TryGetValue(phase, out var text) ? text : "Other";

    public static string Of(SsCauseCode code) => Codes.TryGetValue(code, out var text) ? text : "Other";

    public static string Of(SsPolicyAction action) => Actions[action];

    public static string Of(SsRemotePolicyOutcome outcome) => Outcomes[outcome];

    public static string Of(SsPolicyTrialState state) => state switch
    {
        SsPolicyTrialState.Confirmed => "confirmed",
        SsPolicyTrialState.Reverted => "reverted",
        SsPolicyTrialState.Superseded => "superseded",
        _ => Abandoned,
    };

    public static string Of(SsInternet internet) => Internets[internet];

    public static string Of(SsInternetTrigger trigger) => Triggers[trigger];

    /// <summary>The protocol as OpenTelemetry names it; null for raw, which has none.</summary>
    public static string? Of(WireProtocol protocol) => protocol switch
    {
        WireProtocol.H1 or WireProtocol.H2 or WireProtocol.H3 => "http",
        WireProtocol.WebSocket => "websocket",
        WireProtocol.Mqtt => "mqtt",
        _ => null,
    };

    /// <summary>Its version, where the policy decides it.</summary>
    public static string? VersionOf(WireProtocol protocol) => protocol switch
    {
        WireProtocol.H1 => "1.1",
        WireProtocol.H2 => "2",
        WireProtocol.H3 => "3",
        _ => null,
    };

    private static Dictionary<T, string> Texts<T>()
        where T : struct, Enum
    {
        var texts = new Dictionary<T, string>();
        foreach (var value in Enum.GetValues<T>())
            texts[value] = value.ToString();
        return texts;
    }
}
