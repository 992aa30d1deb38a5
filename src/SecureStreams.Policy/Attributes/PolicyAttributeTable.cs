using System.Collections.Frozen;
using System.Collections.Immutable;

namespace SecureStreams.Policy;

/// <summary>Every attribute of the policy language. The one place to add one: reader, checks, model and reference page follow.</summary>
public static class PolicyAttributeTable
{
    private static readonly FrozenDictionary<(PolicySection Section, string Name), PolicyAttributeInfo> BySpelling;
    private static readonly FrozenDictionary<PolicySection, ImmutableArray<string>> Spellings;

    static PolicyAttributeTable()
    {
        All =
        [
            .. DocumentAttributes.Rows, .. RetryAttributes.Rows, .. SecurityAttributes.Rows, .. MetricsAttributes.Rows,
            .. ConnectionAttributes.Rows, .. TlsAttributes.Rows, .. IdentityAttributes.Rows, .. BehaviourAttributes.Rows, .. BufferAttributes.Rows,
            .. FlowAttributes.Rows, .. HttpAttributes.Rows, .. HttpHeaderAttributes.Rows, .. WebSocketAttributes.Rows, .. MqttAttributes.Rows,
            .. ListenerAttributes.Rows, .. LimitAttributes.Rows,
        ];
        BySpelling = All
            .SelectMany(static row => row.OldSpellings.Prepend(row.Name).Select(name => KeyValuePair.Create((row.Section, name), row)))
            .ToFrozenDictionary();
        Spellings = All.GroupBy(static row => row.Section).ToFrozenDictionary(
            static rows => rows.Key,
            static rows => rows.SelectMany(static row => row.OldSpellings.Prepend(row.Name)).ToImmutableArray());
    }

    /// <summary>All rows, by section, in the order of the reference page.</summary>
    public static ImmutableArray<PolicyAttributeInfo> All { get; }

    /// <summary>The row that <paramref name="name"/> (or an old spelling of it) names in <paramref name="section"/>; null when it is unknown.</summary>
    public static PolicyAttributeInfo? Find(PolicySection section, string name) => BySpelling.GetValueOrDefault((section, name));

    /// <summary>Every spelling that <paramref name="section"/> knows.</summary>
    internal static ImmutableArray<string> SpellingsOf(PolicySection section) => Spellings.TryGetValue(section, out var names) ? names : [];
}
