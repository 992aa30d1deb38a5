using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;

namespace SecureStreams.Policy.Tests.Properties;

/// <summary>Writes a sketch, as it stands or in one of the many ways that must mean the same.</summary>
[SuppressMessage("Security", "CA5394:Do not use insecure randomness", Justification = "Inputs must repeat from the printed seed.")]
internal sealed class SketchWriter
{
    private readonly Random? _shuffle;

    private SketchWriter(Random? shuffle) => _shuffle = shuffle;

    /// <param name="sketch">What to write.</param>
    /// <param name="shuffle">Where the order of sections, parts and members, spellings and shapes come from; null for the plain form.</param>
    public static byte[] ToUtf8(PolicySketch sketch, Random? shuffle) => Encoding.UTF8.GetBytes(new SketchWriter(shuffle).Write(sketch));

    private string Write(PolicySketch sketch)
    {
        var members = sketch.Document.Select(member => $"{Spell(PolicySection.Document, member.Key)}: {member.Value}").ToList();
        foreach (var section in PolicySketch.Sections)
        {
            if (sketch.Parts.TryGetValue(section, out var parts))
                members.Add($"{Quote(NameOf(section))}: [{string.Join(",\n  ", Objects(section, parts))}]");
        }

        return $"{{\n {string.Join(",\n ", Shuffled(members))}\n}}";
    }

    private IEnumerable<string> Objects(PolicySection section, IReadOnlyCollection<SketchPart> parts)
    {
        // The order of metrics is theirs to say.
        var ordered = section == PolicySection.Metrics ? parts : Shuffled(parts);
        if (section is PolicySection.Auth or PolicySection.Metrics)
            return ordered.Select(part => part.Members is null ? $"{{ {Quote(part.Name)}: null }}" : Record(section, part));

        var objects = new List<string>();
        foreach (var part in ordered)
        {
            var stack = section == PolicySection.TrustStores ? part.Members?.GetValueOrDefault("stack") : null;
            if (section == PolicySection.TrustStores && part.Members is not null && (stack is null or "null" || part.Members.Count > 1 || !Toss()))
            {
                objects.Add(Record(section, part));
                continue;
            }

            var json = section switch
            {
                _ when part.Members is null => "null",
                PolicySection.TrustStores => stack!,
                PolicySection.Certificates => part.Members.GetValueOrDefault("", "\"\""),
                _ => $"{{ {string.Join(", ", Members(section, part))} }}",
            };
            var definition = $"{Quote(part.Name)}: {json}";

            // Several definitions may share an object.
            if (Toss() && objects.Count > 0 && objects[^1].EndsWith("\n}", StringComparison.Ordinal))
                objects[^1] = $"{objects[^1][..^2]}, {definition}\n}}";
            else
                objects.Add($"{{ {definition}\n}}");
        }

        return objects;
    }

    private string Record(PolicySection section, SketchPart part) =>
        $"{{ {string.Join(", ", Shuffled([$"\"name\": {Quote(part.Name)}", .. Members(section, part)]))} }}";

    private IEnumerable<string> Members(PolicySection section, SketchPart part) =>
        Shuffled([.. part.Members!.Select(member => $"{Spell(section, member.Key)}: {member.Value}")]);

    private string Spell(PolicySection section, string name)
    {
        var old = PolicyAttributeTable.Find(section, name)?.OldSpellings ?? [];
        return Quote(old.Length > 0 && Toss() ? old[_shuffle!.Next(old.Length)] : name);
    }

    private bool Toss() => _shuffle?.Next(2) == 1;

    private IReadOnlyCollection<T> Shuffled<T>(IReadOnlyCollection<T> items)
    {
        if (_shuffle is null)
            return items;
        var all = items.ToArray();
        _shuffle.Shuffle(all);
        return all;
    }

    private static string NameOf(PolicySection section) => section switch
    {
        PolicySection.Retry => "retry",
        PolicySection.Certificates => "certs",
        PolicySection.TrustStores => "trust_stores",
        PolicySection.Auth => "auth",
        PolicySection.Metrics => "metrics",
        _ => "s",
    };

    private static string Quote(string text) => JsonSerializer.Serialize(text);
}
