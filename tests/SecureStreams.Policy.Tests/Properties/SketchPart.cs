using System.Collections.Immutable;

namespace SecureStreams.Policy.Tests.Properties;

/// <summary>A streamtype, scheme, store ... as a test means to write it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Members">JSON by canonical name of the attribute; of a certificate the text, under "". Null: the layer takes the definition away.</param>
internal sealed record SketchPart(string Name, ImmutableSortedDictionary<string, string>? Members)
{
    public SketchPart With(string member, string json) => this with { Members = (Members ?? Empty).SetItem(member, json) };

    public static ImmutableSortedDictionary<string, string> Empty { get; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);
}
