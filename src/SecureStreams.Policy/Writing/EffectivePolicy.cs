using System.Collections.Immutable;
using System.Text.Json;

namespace SecureStreams.Policy;

/// <summary>
/// What holds for one part of a policy: each value, whether it is stated or a default, and the document, line and column that states it. What the part refers to
/// is resolved in place. Immutable, safe to show: secrets, private keys and passwords in URLs are kept back.
/// </summary>
public sealed class EffectivePolicy
{
    internal EffectivePolicy(PolicyPart part, ImmutableArray<EffectiveValue> values)
    {
        Section = part.Section;
        Name = part.Name;
        Location = part.Place;
        Values = values;
    }

    /// <summary>What kind of part it is.</summary>
    public PolicySection Section { get; }

    /// <summary>Its name; empty for the document.</summary>
    public string Name { get; }

    /// <summary>Where it is defined; null for the document, and for a part that no document defines.</summary>
    public PolicyLocation? Location { get; }

    /// <summary>Its values in the order of the attribute table; of a map that has entries, one for each entry.</summary>
    public ImmutableArray<EffectiveValue> Values { get; }

    /// <summary>How reports call it: <c>streamtype 'mintest'</c>.</summary>
    internal string Title => SectionNouns.Of(Section, Name);

    /// <summary>What holds for <paramref name="part"/>: a streamtype, a retry scheme, a trust store, a certificate, an authentication scheme, a metric, or the document.</summary>
    /// <param name="part">A part of a model that was loaded.</param>
    /// <param name="all">
    /// Also the defaults of the attributes that are meant for the part: of a streamtype those of its role and its protocol. False: only what is stated, and what that implies.
    /// </param>
    /// <exception cref="ArgumentNullException"><paramref name="part"/> is null.</exception>
    public static EffectivePolicy Of(PolicyPart part, bool all = false)
    {
        ArgumentNullException.ThrowIfNull(part);
        return new EffectivePolicyBuilder(all).Build(part);
    }

    /// <summary>A table for people: attribute, value, origin (<c>file(line,col)</c> or <c>default</c>). What the part refers to is indented below the name that refers to it. Lines end in LF.</summary>
    public string ToText() => EffectivePolicyText.Write(this);

    /// <summary>
    /// One JSON object for programs: <c>kind</c> (<c>streamtype</c>, <c>retry scheme</c>, <c>certificate</c> ...), <c>name</c>, <c>at</c> (<c>{"file", "line", "column"}</c>
    /// or null) and <c>values</c>. A value has <c>attribute</c> (null for the content of a certificate), <c>key</c> (a metadata name or a status; null for the whole
    /// value), <c>value</c> (JSON, or null where only words can say it), <c>words</c> (these words, else null), <c>stated</c>, <c>at</c>, and <c>parts</c>: what it refers to, in the same shape.
    /// </summary>
    /// <exception cref="ArgumentNullException"><paramref name="writer"/> is null.</exception>
    public void WriteJson(Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        EffectivePolicyJson.Write(writer, this);
    }

    /// <summary>What it is the policy of.</summary>
    public override string ToString() => Title;
}
