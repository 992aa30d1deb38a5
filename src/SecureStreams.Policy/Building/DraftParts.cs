using System.Collections;

namespace SecureStreams.Policy;

/// <summary>The entries of a draft as parts to be built, each made when it is asked for: the builder asks once.</summary>
internal sealed class DraftParts(IReadOnlyList<DraftEntry> entries) : IReadOnlyList<StatedPart>
{
    public int Count => entries.Count;

    public StatedPart this[int index]
    {
        get
        {
            var entry = entries[index];
            return new StatedPart(entry.Name, entry.Source.Locate(entry.Node.NameOffset), entry.ToModel());
        }
    }

    public IEnumerator<StatedPart> GetEnumerator()
    {
        for (var i = 0; i < Count; i++)
            yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
