using System.Net;
using System.Net.Sockets;

namespace SecureStreams.Network;

/// <summary>What is known of a name: answers by family, or one for both.</summary>
/// <param name="V6">For IPv6; null while it is awaited.</param>
/// <param name="V4">For IPv4; null while it is awaited.</param>
/// <param name="Both">Of a resolver that does not tell families apart.</param>
internal readonly record struct NameState(NameAnswer? V6, NameAnswer? V4, NameAnswer? Both)
{
    /// <summary>Whether nothing more will come.</summary>
    public bool IsComplete => Both is not null || (V6 is not null && V4 is not null);

    /// <summary>The addresses known, in the order in which to try them: families in turn, IPv6 first, or as the resolver has it.</summary>
    public IReadOnlyList<IPAddress> Addresses => HostNames.Interleave(Both?.Addresses ?? [.. V6?.Addresses ?? [], .. V4?.Addresses ?? []]);

    /// <summary>Whether the resolver failed to say anything of a family.</summary>
    public bool IsPartial => (V6?.Error is { } one && !IsNotFound(one)) || (V4?.Error is { } other && !IsNotFound(other));

    /// <summary>Why there are none: "not found" only where nobody could tell better.</summary>
    public Exception? Error => Both is not null ? Both.Error : Gravest(V6?.Error, V4?.Error);

    /// <summary>
    /// Whether to begin: with any IPv6 address, with everything known, or with the addresses at hand once <paramref name="waited"/> for the better ones is over
    /// (RFC 8305 section 3), or when one of them is <paramref name="best"/>, which was good before.
    /// </summary>
    public bool IsEnough(bool waited, IPAddress? best) =>
        IsComplete || V6 is { Addresses.Count: > 0 } || (V4 is { Addresses: { Count: > 0 } known } && (waited || (best is not null && known.Contains(best))));

    /// <summary>Whether only the better addresses are missing.</summary>
    public bool WaitsForBetter => !IsComplete && V4 is { Addresses.Count: > 0 };

    private static Exception? Gravest(Exception? one, Exception? other) => one is null || (other is not null && IsNotFound(one)) ? other : one;

    private static bool IsNotFound(Exception error) => NetworkErrors.FindSocketError(error)?.SocketErrorCode is SocketError.HostNotFound or SocketError.NoData;
}
