using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace SecureStreams.Policy;

/// <summary>A declared metadata name of a streamtype.</summary>
/// <param name="Name">The name that the application and <c>${}</c> use.</param>
/// <param name="Header">The protocol header it travels in, without the colon; null for a plain symbol.</param>
public sealed record MetadataPolicy(string Name, string? Header)
{
    internal static ImmutableArray<MetadataPolicy> Of(ImmutableArray<PolicyPair> pairs)
    {
        var all = new MetadataPolicy[pairs.Length];
        for (var i = 0; i < all.Length; i++)
            all[i] = new MetadataPolicy(pairs[i].Key, HeaderOf(pairs[i]));
        return ImmutableCollectionsMarshal.AsImmutableArray(all);
    }

    /// <summary>Whether <paramref name="metadata"/> is what <see cref="Of"/> would make of the pairs.</summary>
    internal static bool Are(ImmutableArray<MetadataPolicy> metadata, ImmutableArray<PolicyPair> pairs)
    {
        if (metadata.Length != pairs.Length)
            return false;
        for (var i = 0; i < pairs.Length; i++)
        {
            if (metadata[i].Name != pairs[i].Key || metadata[i].Header != HeaderOf(pairs[i]))
                return false;
        }

        return true;
    }

    private static string? HeaderOf(in PolicyPair pair) => pair.Value.Text is { Length: > 0 } header ? header : null;
}
