using System.Text;

namespace SecureStreams.Policy;

/// <summary>Makes strings of UTF-8 text, short ones only once: a cache that forgets, not a table that grows.</summary>
internal sealed class StringPool
{
    private const int Slots = 256;
    private const int LongestKept = 32;

    private readonly string?[] _kept = new string?[Slots];

    public string Get(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty)
            return "";
        if (utf8.Length > LongestKept)
            return Encoding.UTF8.GetString(utf8);

        var hash = (uint)utf8.Length;
        foreach (var one in utf8)
            hash = (hash * 31) + one;
        ref var slot = ref _kept[hash % Slots];
        if (slot is null || !Ascii.Equals(utf8, slot))
            slot = Encoding.UTF8.GetString(utf8);
        return slot;
    }
}
