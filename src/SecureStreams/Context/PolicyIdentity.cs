using System.Collections.Frozen;
using SecureStreams.Policy;

namespace SecureStreams;

/// <summary>Keeps the objects of what a change has left alone, so that nobody who holds one has to look again.</summary>
internal static class PolicyIdentity
{
    /// <summary><paramref name="after"/> with the streamtypes of <paramref name="before"/> that are equal and state everything at the same places.</summary>
    public static PolicyModel Keep(PolicyModel before, PolicyModel after) => after with
    {
        StreamTypes = after.StreamTypes.ToFrozenDictionary(
            static one => one.Key,
            one => before.StreamTypes.TryGetValue(one.Key, out var was) && IsSame(was, one.Value) ? was : one.Value,
            StringComparer.Ordinal),
    };

    // Places are no part of equality, but operators are shown them: a value that another layer states now must not be told of the old one.
    private static bool IsSame(StreamTypePolicy was, StreamTypePolicy now) =>
        was.Equals(now) && SamePlaces(was, now) && SamePlaces(was.Retry, now.Retry) && SamePlaces(was.TrustStore, now.TrustStore) &&
        SamePlaces(was.Auth, now.Auth) && SamePlaces(was.ServerCertificate, now.ServerCertificate) && SamePlaces(was.ServerKey, now.ServerKey) &&
        SamePlaces(was.ClientTrustStore, now.ClientTrustStore) && was.Proxy?.Location == now.Proxy?.Location;

    private static bool SamePlaces(PolicyPart? was, PolicyPart? now)
    {
        if (was is null || now is null)
            return was is null && now is null;
        if (was.Location != now.Location || was.Stated.Length != now.Stated.Length)
            return false;
        for (var i = 0; i < was.Stated.Length; i++)
        {
            if (was.Stated[i].Location != now.Stated[i].Location)
                return false;
        }

        return true;
    }
}
