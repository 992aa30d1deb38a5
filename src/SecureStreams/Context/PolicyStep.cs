using System.Runtime.CompilerServices;
using SecureStreams.Policy;

namespace SecureStreams;

/// <summary>What leads from one effective policy of a streamtype to another, as far as running streams are concerned. Immutable; computed once for each pair.</summary>
internal sealed class PolicyStep
{
    // Streams of one type ask the same question, and policies come and go.
    private static readonly ConditionalWeakTable<StreamTypePolicy, ConditionalWeakTable<StreamTypePolicy, PolicyStep>> Known = [];

    // What decides whom a peer is taken for, and whom we show ourselves as.
    private static readonly HashSet<string> Security = new(StringComparer.Ordinal)
    {
        "tls", "tls_trust_store", "tls_pins", "tls_pin_scope", "tls_revocation", "client_cert", "stack", "via_http_proxy", "via-socks5",
    };

    private PolicyStep(PolicyImpact impact, bool changesTrust)
    {
        Impact = impact;
        ChangesTrust = changesTrust;
    }

    /// <summary>The largest impact of what differs and means something to the streamtype.</summary>
    public PolicyImpact Impact { get; }

    /// <summary>Whether a peer that was trusted may not be any more.</summary>
    public bool ChangesTrust { get; }

    /// <summary>From <paramref name="was"/> to <paramref name="now"/>; null when they are equal.</summary>
    public static PolicyStep? Between(StreamTypePolicy was, StreamTypePolicy now) =>
        ReferenceEquals(was, now) || was.Equals(now) ? null : Known.GetOrCreateValue(now).GetValue(was, old => Compare(old, now));

    private static PolicyStep Compare(StreamTypePolicy was, StreamTypePolicy now)
    {
        var impact = PolicyImpact.Live;
        var trust = false;
        foreach (var change in PolicyPartDiff.Between(was, now)?.Changes ?? [])
        {
            if (change.Attribute is { } row && !Matters(row, was, now))
                continue;
            if (change.Impact > impact)
                impact = change.Impact;
            trust |= change.Attribute is null || Security.Contains(change.Attribute.Name);
        }

        return new PolicyStep(impact, trust);
    }

    /// <summary>A change of what nobody reads moves nobody.</summary>
    private static bool Matters(PolicyAttributeInfo row, StreamTypePolicy was, StreamTypePolicy now) =>
        row.ActedOn && (row.Section != PolicySection.StreamTypes || was.Protocol != now.Protocol || (row.Protocols & Spoken(now.Protocol)) != PolicyProtocols.None);

    private static PolicyProtocols Spoken(WireProtocol protocol) => protocol switch
    {
        WireProtocol.WebSocket => PolicyProtocols.WebSocket,
        WireProtocol.Mqtt => PolicyProtocols.Mqtt,
        WireProtocol.Raw => PolicyProtocols.Raw,
        _ => PolicyProtocols.Http,
    };
}
