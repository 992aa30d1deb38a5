using System.Collections.Immutable;

namespace SecureStreams.Policy;

/// <summary>One value that holds for a part of a policy, or one entry of a map. Immutable, safe to show: secrets are kept back.</summary>
public sealed class EffectiveValue
{
    internal EffectiveValue()
    {
    }

    /// <summary>The attribute; null for the content of a certificate, which has none.</summary>
    public required PolicyAttributeInfo? Attribute { get; init; }

    /// <summary>Of a map the entry: a metadata name, a status. Null for the whole value.</summary>
    public string? Key { get; init; }

    /// <summary>The value in JSON notation, on one line; words in round brackets where there is none that the policy could state.</summary>
    public required string Text { get; init; }

    /// <summary>Whether <see cref="Text"/> is JSON, not words.</summary>
    public required bool IsJson { get; init; }

    /// <summary>Whether a document states it; else the default holds.</summary>
    public required bool IsStated { get; init; }

    /// <summary>Where it is stated; null for a default.</summary>
    public required PolicyLocation? Location { get; init; }

    /// <summary>The parts that the value names, in its order: a retry scheme, certificates ... Empty when it names none that can be shown.</summary>
    public ImmutableArray<EffectivePolicy> Parts { get; init; } = [];

    /// <summary>How a table calls it: the attribute, and the entry in quotes.</summary>
    internal string Label => $"{Attribute?.Name ?? "content"}{(Key is null ? "" : $" {Wording.Quote(Key)}")}";

    /// <summary>The attribute and its value.</summary>
    public override string ToString() => $"{Label} {Text}";
}
