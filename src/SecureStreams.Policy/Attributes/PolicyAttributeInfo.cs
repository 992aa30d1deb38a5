using System.Collections.Immutable;

namespace SecureStreams.Policy;

/// <summary>
/// One attribute of the policy language: a row of <see cref="PolicyAttributeTable"/>. Reader, checks and reference page all work from it.
/// Immutable.
/// </summary>
public class PolicyAttributeInfo
{
    private static readonly object NoDefault = new();
    private object? _default;

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

    /// <summary>Whether 0 is allowed beside the range and means the same as not stating it, as lws has it.</summary>
    public bool ZeroMeansDefault { get; internal init; }

    /// <summary>What a number above <see cref="Maximum"/> is read as, in words: that number then, with a warning. Empty where it is refused, as everywhere else.</summary>
    internal string LargerMeans { get; init; } = "";

    /// <summary>The strings allowed, where <see cref="Kind"/> is <see cref="PolicyValueKind.Choice"/> or <see cref="PolicyValueKind.ChoiceMap"/>.</summary>
    public ImmutableArray<string> Choices { get; internal init; } = [];

    /// <summary>Texts that are refused although <see cref="Kind"/> allows them, whatever their case, each with the reason.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Refused { get; internal init; } = [];

    /// <summary>
    /// What a text, or each text of a list, must match from end to end; empty for anything. Means the same to .NET and to ECMA-262 (as in a JSON
    /// schema): anchored, no <c>\d</c> and the like, no look-around.
    /// </summary>
    public string Pattern { get; internal init; } = "";

    /// <summary>What <see cref="Pattern"/> asks for, in words that follow "must be"; empty where there is no pattern.</summary>
    public string PatternHelp { get; internal init; } = "";

    /// <summary>How many items a list may have; <see cref="int.MaxValue"/> when only the size of the document limits it.</summary>
    public int MaximumItems { get; internal init; } = int.MaxValue;

    /// <summary>What holds when it is not stated: as the policy would write it, or in words where it is no fixed value. Empty for nothing.</summary>
    public string Default { get; internal init; } = "";

    /// <summary>
    /// <see cref="Default"/> as a value; null where it is words or nothing. A flag, number, choice or array is read as the policy would write it. A text
    /// without a blank is that text, one with a blank is words. Where the default is words and <see cref="ZeroMeansDefault"/> holds, 0. Names are always words.
    /// </summary>
    public PolicyValue? DefaultValue => (_default ??= (object?)DefaultLiteral.Read(this) ?? NoDefault) is PolicyValue value ? value : null;

    /// <summary>Which roles read it.</summary>
    public PolicyScopes Scopes { get; internal init; } = PolicyScopes.Client;

    /// <summary>Which protocols it means something to.</summary>
    public PolicyProtocols Protocols { get; internal init; } = PolicyProtocols.All;

    /// <summary>What a change asks of running streams.</summary>
    public PolicyImpact Impact { get; internal init; } = PolicyImpact.Reconnect;

    /// <summary>What a name refers to, where <see cref="Kind"/> is a name, a list of names or a map that begins with names.</summary>
    public PolicySection? RefersTo { get; internal init; }

    /// <summary>Whether its value may hold a secret: then no message quotes it.</summary>
    public bool IsSecret { get; internal init; }

    /// <summary>Whether it is our own, unknown to lws.</summary>
    public bool IsExtension { get; internal init; }

    /// <summary>Whether this release does what it says. Others are checked, kept and otherwise without effect.</summary>
    public bool ActedOn { get; internal init; }

    /// <summary>What it is for, in one line.</summary>
    public required string Help { get; init; }

    /// <summary>Whether a stated value says no more than that the default holds.</summary>
    internal bool MeansDefault(PolicyValue value) => Kind switch
    {
        PolicyValueKind.Anything => true,
        PolicyValueKind.NumberList => value.Items.IsEmpty,
        PolicyValueKind.MetadataMap => value.Pairs.IsEmpty,
        PolicyValueKind.Number => ZeroMeansDefault && value.Number == 0,
        _ => false,
    };

    /// <summary>Its place in the table.</summary>
    internal int Ordinal { get; set; }

    /// <summary>Whether a text may hold control characters, because it is payload or a remark and never part of a protocol element.</summary>
    internal bool AllowsControlCharacters { get; init; }

    /// <summary>Old values of a choice and what they mean now.</summary>
    internal ImmutableArray<KeyValuePair<string, string>> OldChoices { get; init; } = [];

    /// <inheritdoc/>
    public override string ToString() => Name;

    /// <summary>Whether <paramref name="text"/> is what <see cref="Pattern"/> asks for.</summary>
    internal bool HasForm(string text) => Pattern.Length == 0 || PolicyForms.Matches(Pattern, text);
}
