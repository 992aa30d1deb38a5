using System.Text;

namespace SecureStreams.Policy;

/// <summary>The rows of one section by their spellings, found without making a string of the text.</summary>
internal sealed class PolicyAttributeNames
{
    private readonly (string Name, PolicyAttributeInfo Row)[] _slots;

    public PolicyAttributeNames(IReadOnlyCollection<(string Name, PolicyAttributeInfo Row)> names)
    {
        // Sparse enough that a search seldom meets a second name.
        var size = 16;
        while (size < 4 * names.Count)
            size *= 2;
        _slots = new (string, PolicyAttributeInfo)[size];
        foreach (var one in names)
        {
            var at = Hash(Encoding.UTF8.GetBytes(one.Name));
            while (_slots[at].Name is { } taken)
            {
                if (taken == one.Name)
                    throw new InvalidOperationException($"The attribute table has '{one.Name}' twice.");
                at = (at + 1) & (size - 1);
            }

            _slots[at] = one;
        }
    }

    public PolicyAttributeInfo? Find(ReadOnlySpan<byte> utf8)
    {
        for (var at = Hash(utf8); _slots[at].Name is { } name; at = (at + 1) & (_slots.Length - 1))
        {
            if (Ascii.Equals(utf8, name))
                return _slots[at].Row;
        }

        return null;
    }

    private int Hash(ReadOnlySpan<byte> utf8)
    {
        var hash = (uint)utf8.Length;
        foreach (var one in utf8)
            hash = (hash * 33) ^ one;
        return (int)((hash ^ (hash >> 15)) & (uint)(_slots.Length - 1));
    }
}
