using System.Collections.Immutable;
using System.Text;

namespace SecureStreams.Policy;

/// <summary>Every attribute of the policy language. The one place to add one: reader, checks, model, schema and reference page follow.</summary>
public static class PolicyAttributeTable
{
    private static readonly PolicyAttributeNames?[] Names = new PolicyAttributeNames?[(int)PolicySection.Metadata + 1];
    private static readonly ImmutableArray<PolicyAttributeInfo>[] Rows = new ImmutableArray<PolicyAttributeInfo>[(int)PolicySection.Metadata + 1];
    private static readonly IReadOnlyList<string>?[] Spellings = new IReadOnlyList<string>?[(int)PolicySection.Metadata + 1];

    static PolicyAttributeTable()
    {
        All =
        [
            .. DocumentAttributes.Rows, .. RetryAttributes.Rows, .. SecurityAttributes.Rows, .. MetricsAttributes.Rows,
            .. ConnectionAttributes.Rows, .. TlsAttributes.Rows, .. IdentityAttributes.Rows, .. BehaviourAttributes.Rows, .. BufferAttributes.Rows,
            .. FlowAttributes.Rows, .. HttpAttributes.Rows, .. HttpHeaderAttributes.Rows, .. WebSocketAttributes.Rows, .. MqttAttributes.Rows,
            .. ListenerAttributes.Rows, .. LimitAttributes.Rows, .. FaultAttributes.Rows,
        ];
        if (All.Length > PolicyAttributeSet.Capacity)
            throw new InvalidOperationException($"The attribute table has {All.Length} rows; {nameof(PolicyAttributeSet)} has room for {PolicyAttributeSet.Capacity}.");
        for (var i = 0; i < All.Length; i++)
            All[i].Ordinal = i;
        for (var section = PolicySection.Document; section <= PolicySection.Metadata; section++)
        {
            var rows = new List<PolicyAttributeInfo>();
            var names = new List<(string, PolicyAttributeInfo)>();
            foreach (var row in All)
            {
                if (row.Section != section)
                    continue;
                rows.Add(row);
                names.Add((row.Name, row));
                foreach (var old in row.OldSpellings)
                    names.Add((old, row));
            }

            Rows[(int)section] = [.. rows];
            Names[(int)section] = new PolicyAttributeNames(names);
        }
    }

    /// <summary>All rows, by section, in the order of the reference page.</summary>
    public static ImmutableArray<PolicyAttributeInfo> All { get; }

    /// <summary>The row that <paramref name="name"/> (or an old spelling of it) names in <paramref name="section"/>; null when it is unknown.</summary>
    public static PolicyAttributeInfo? Find(PolicySection section, string name)
    {
        ArgumentNullException.ThrowIfNull(name);

        // No name of ours is half as long.
        Span<byte> utf8 = stackalloc byte[128];
        return Encoding.UTF8.TryGetBytes(name, utf8, out var length) ? Find(section, utf8[..length]) : null;
    }

    /// <summary>The rows of <paramref name="section"/> in the order of the table.</summary>
    public static ImmutableArray<PolicyAttributeInfo> Of(PolicySection section) => Rows[(int)section];

    /// <summary>The row that a name, as it stands in the text, names in <paramref name="section"/>; null when it is unknown.</summary>
    internal static PolicyAttributeInfo? Find(PolicySection section, ReadOnlySpan<byte> utf8) => Names[(int)section]?.Find(utf8);

    /// <summary>Every spelling that <paramref name="section"/> knows, each current name before its old ones. Made at most once, when a mistake first asks: a document may be full of them.</summary>
    internal static IReadOnlyList<string> SpellingsOf(PolicySection section)
    {
        if (Spellings[(int)section] is { } known)
            return known;
        var spellings = new List<string>();
        foreach (var row in Of(section))
        {
            spellings.Add(row.Name);
            spellings.AddRange(row.OldSpellings);
        }

        return Spellings[(int)section] = spellings;
    }
}
