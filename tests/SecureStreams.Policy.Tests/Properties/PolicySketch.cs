using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Node = System.Text.Json.Nodes.JsonNode;

namespace SecureStreams.Policy.Tests.Properties;

/// <summary>
/// A policy document as a test means to write it, apart from how it is written. <see cref="Over"/> is a second, plain statement of the laws of overlays, which the
/// loader is held against.
/// </summary>
internal sealed record PolicySketch
{
    public static readonly ImmutableArray<PolicySection> Sections =
        [PolicySection.Retry, PolicySection.Certificates, PolicySection.TrustStores, PolicySection.Auth, PolicySection.Metrics, PolicySection.StreamTypes];

    public ImmutableSortedDictionary<string, string> Document { get; init; } = SketchPart.Empty;

    /// <summary>The parts of each section; metrics are absent where the layer does not state them.</summary>
    public ImmutableDictionary<PolicySection, ImmutableList<SketchPart>> Parts { get; init; } = ImmutableDictionary<PolicySection, ImmutableList<SketchPart>>.Empty;

    public ImmutableList<SketchPart> this[PolicySection section] => Parts.GetValueOrDefault(section, []);

    public PolicySketch With(PolicySection section, SketchPart part)
    {
        var parts = this[section];
        var at = section == PolicySection.Metrics ? -1 : parts.FindIndex(one => one.Name == part.Name);
        return this with { Parts = Parts.SetItem(section, at < 0 ? parts.Add(part) : parts.SetItem(at, part)) };
    }

    /// <summary>The one document that says what <paramref name="lower"/> with this one over it says.</summary>
    public PolicySketch Over(PolicySketch lower)
    {
        var sum = lower with { Document = Merge(lower.Document, Document) };
        foreach (var section in Sections)
        {
            if (!Parts.TryGetValue(section, out var mine))
                continue;
            var parts = section == PolicySection.Metrics ? [] : lower[section];
            foreach (var part in mine)
            {
                var at = section == PolicySection.Metrics ? -1 : parts.FindIndex(one => one.Name == part.Name);
                if (part.Members is null)
                    parts = at < 0 ? parts : parts.RemoveAt(at);
                else if (at < 0)
                    parts = parts.Add(part with { Members = Merge(SketchPart.Empty, part.Members) });
                else
                    parts = parts.SetItem(at, part with { Members = Merge(parts[at].Members!, part.Members) });
            }

            sum = sum with { Parts = sum.Parts.SetItem(section, parts) };
        }

        return sum;
    }

    /// <summary>Smaller documents: one part or one member less.</summary>
    public IEnumerable<PolicySketch> Smaller()
    {
        foreach (var member in Document.Keys)
            yield return this with { Document = Document.Remove(member) };
        foreach (var section in Sections)
        {
            for (var i = 0; i < this[section].Count; i++)
            {
                yield return this with { Parts = Parts.SetItem(section, this[section].RemoveAt(i)) };
                foreach (var member in this[section][i].Members?.Keys ?? [])
                    yield return this with { Parts = Parts.SetItem(section, this[section].SetItem(i, this[section][i] with { Members = this[section][i].Members!.Remove(member) })) };
            }
        }
    }

    public byte[] ToUtf8(Random? shuffle = null) => SketchWriter.ToUtf8(this, shuffle);

    /// <summary>The text, which a failed property shows.</summary>
    public override string ToString() => System.Text.Encoding.UTF8.GetString(ToUtf8());

    private static ImmutableSortedDictionary<string, string> Merge(ImmutableSortedDictionary<string, string> lower, ImmutableSortedDictionary<string, string> upper)
    {
        foreach (var (member, json) in upper)
        {
            if (json == "null")
                lower = lower.Remove(member);
            else if (member == "metadata" && lower.TryGetValue(member, out var below))
                lower = lower.SetItem(member, MergeMetadata(below, json));
            else
                lower = lower.SetItem(member, json);
        }

        return lower;
    }

    private static string MergeMetadata(string lower, string upper)
    {
        var names = new List<string>();
        var headers = new Dictionary<string, Node?>(StringComparer.Ordinal);
        foreach (var item in Node.Parse(lower)!.AsArray().Concat(Node.Parse(upper)!.AsArray()))
        {
            foreach (var (name, header) in item!.AsObject())
            {
                if (!headers.ContainsKey(name))
                    names.Add(name);
                headers[name] = header?.DeepClone();
            }
        }

        return new JsonArray([.. names.Select(name => (Node)new JsonObject { [name] = headers[name] })]).ToJsonString();
    }
}
