using System.Collections.Immutable;
using SecureStreams.Policy;

namespace SecureStreams.Remote;

/// <summary>Who must have signed a fetched policy (<c>policy_keys</c>, <c>policy_signatures</c>): of the policy that the program brought, which no fetched one can change.</summary>
/// <param name="Keys">Names, each with the public key in base64.</param>
/// <param name="Threshold">How many of them.</param>
internal sealed record PolicyKeys(ImmutableArray<KeyValuePair<string, string>> Keys, int Threshold)
{
    /// <summary>Whether signatures are asked for at all.</summary>
    public bool Wanted => !Keys.IsEmpty;

    public static PolicyKeys Of(DocumentPolicy document) => new(
        [.. (document.Find("policy_keys")?.Value.Pairs ?? []).Select(static pair => KeyValuePair.Create(pair.Key, pair.Value.Text))],
        (int)(document.Find("policy_signatures")?.Value.Number ?? 1));
}
