using System.Collections.Immutable;

namespace SecureStreams.Policy;

/// <summary>
/// One attribute of the policy language: a row of <see cref="PolicyAttributeTable"/>. Reader, checks and reference page all work from it.
/// Immutable.
/// </summary>
public class PolicyAttributeInfo
{
    internal PolicyAttributeInfo()
    {
    }

    /// <summary>Where it stands; streamtypes unless stated.</summary>
    public PolicySection Section { get; internal init; } = PolicySection.StreamTypes;

    /// <summary>Its JSON name.</summary>
    public required string Name { get; init; }

    /// <summary>Other spellings that mean the same.</summary>
    public ImmutableArray<string> OldSpellings { get; internal init; } = [];

    /// <summary>What a value looks like.</summary>
    public required PolicyValueKind Kind { get; init; }

    /// <summary>The smallest number allowed, where <see cref="Kind"/> has numbers.</summary>
    public long Minimum { get; internal init; }

    /// <summary>The largest number allowed, where <see cref="Kind"/> has numbers.</summary>
    public long Maximum { get; internal init; } = int.MaxValue;

    /// <summary>The unit of its numbers (<c>ms</c>, <c>s</c>, <c>bytes</c>, <c>%</c>); empty for none.</summary>
    public string Unit { get; internal init; } = "";

    /// <summary>The strings allowed, where <see cref="Kind"/> is <see cref="PolicyValueKind.Choice"/>.</summary>
    public ImmutableArray<string> Choices { get; internal init; } = [];

    /// <summary>What holds when it is not stated, in words of the policy.</summary>
    public string Default { get; internal init; } = "";

    /// <summary>Which roles read it.</summary>
    public PolicyScopes Scopes { get; internal init; } = PolicyScopes.Client;

    /// <summary>Which protocols it means something to.</summary>
    public PolicyProtocols Protocols { get; internal init; } = PolicyProtocols.All;

    /// <summary>What a change asks of running streams.</summary>
    public PolicyImpact Impact { get; internal init; } = PolicyImpact.Reconnect;

    /// <summary>What a name refers to, where <see cref="Kind"/> is a name or a list of names.</summary>
    public PolicySection? RefersTo { get; internal init; }

    /// <summary>Whether its value may hold a secret: then no message quotes it.</summary>
    public bool IsSecret { get; internal init; }

    /// <summary>Whether it is our own, unknown to lws.</summary>
    public bool IsExtension { get; internal init; }

    /// <summary>Whether this release does what it says. Others are checked, kept and otherwise without effect.</summary>
    public bool ActedOn { get; internal init; }

    /// <summary>What it is for, in one line.</summary>
    public required string Help { get; init; }

    /// <summary>The default as a value; null where it is none that could be stated.</summary>
    public PolicyValue? DefaultValue { get; internal init; }

    /// <summary>Whether a stated value says no more than that the default holds.</summary>
    internal bool MeansDefault(PolicyValue value) => Kind == PolicyValueKind.Anything || (Kind == PolicyValueKind.NumberList && value.Items.IsEmpty);

    /// <summary>Its place in the table.</summary>
    internal int Ordinal { get; set; }

    /// <summary>Whether a text may hold control characters, because it is payload or a remark and never part of a protocol element.</summary>
    internal bool AllowsControlCharacters { get; init; }

    /// <summary>Old values of a choice and what they mean now.</summary>
    internal ImmutableArray<KeyValuePair<string, string>> OldChoices { get; init; } = [];

    /// <inheritdoc/>
    public override string ToString() => Name;
}
