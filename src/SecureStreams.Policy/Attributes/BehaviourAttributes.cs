using System.Collections.Immutable;

namespace SecureStreams.Policy;

/// <summary>How a stream's packets travel, and what else its application receives.</summary>
internal static class BehaviourAttributes
{
    public static ImmutableArray<PolicyAttributeInfo> Rows { get; } =
    [
        Flag("urgent_tx", "Sending is urgent; nothing reads it.", PolicyScopes.None, PolicyImpact.Live),
        Flag("urgent_rx", "Receiving is urgent; nothing reads it.", PolicyScopes.None, PolicyImpact.Live),
        new()
        {
            Name = "attr_priority", Kind = PolicyValueKind.Number, Maximum = 7, Default = "0", Scopes = PolicyScopes.Client | PolicyScopes.Server,
            ActedOn = true,
            Help = "Priority of its packets in this machine's queues (SO_PRIORITY), 0 normal to 6 high; 7 needs CAP_NET_ADMIN, and without it the stream runs at 0.",
        },
        Flag("attr_low_latency", "Ask the network for low delay: type of service 0x10.", PolicyScopes.Client | PolicyScopes.Server, actedOn: true),
        Flag("attr_high_throughput", "Ask the network for high throughput: type of service 0x08.", PolicyScopes.Client | PolicyScopes.Server, actedOn: true),
        Flag("attr_high_reliability", "Ask the network for high reliability: type of service 0x04.", PolicyScopes.Client | PolicyScopes.Server, actedOn: true),
        Flag("attr_low_cost", "Ask the network for low cost: type of service 0x02, which the kernel leaves to congestion control on TCP.", PolicyScopes.Client | PolicyScopes.Server, actedOn: true),
        Flag("perf", "Deliver the timings of each connection as JSON beside the payload.", PolicyScopes.Client, PolicyImpact.NextAttempt, actedOn: true),
        Flag("swake_validity", "Its liveness checks may wake a sleeping system; a host has no use for it.", PolicyScopes.Client, PolicyImpact.Live),
        new()
        {
            Name = "direct_proto_str", Kind = PolicyValueKind.Flag, Default = "false", Scopes = PolicyScopes.Client | PolicyScopes.Server, ActedOn = true,
            Impact = PolicyImpact.NextAttempt, Help = "The application may read and set any header by its name.",
        },
        new()
        {
            Name = "payload_fmt", Kind = PolicyValueKind.Text, Scopes = PolicyScopes.Client | PolicyScopes.Server, Impact = PolicyImpact.Recreate,
            AllowsControlCharacters = true, Help = "A text about the payload, handed to the application as it is.",
        },
        new() { Name = "options", Kind = PolicyValueKind.Anything, Scopes = PolicyScopes.Server, Help = "Options of a listener; not read." },
    ];

    private static PolicyAttributeInfo Flag(string name, string help, PolicyScopes scopes, PolicyImpact impact = PolicyImpact.Reconnect, bool actedOn = false) =>
        new() { ActedOn = actedOn, Name = name, Kind = PolicyValueKind.Flag, Default = "false", Scopes = scopes, Impact = impact, Help = help };
}
