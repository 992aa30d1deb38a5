using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SecureStreams.Policy;

namespace SecureStreams;

/// <summary>How a context is at one time. Immutable.</summary>
internal sealed record ContextHealth
{
    /// <summary>The revision in force.</summary>
    public required long Revision { get; init; }

    /// <summary>What the policy says of its own revision; null when nothing.</summary>
    public required long? Published { get; init; }

    /// <summary>Until when the policy says that it is good; null when it does not.</summary>
    public required DateTimeOffset? Expires { get; init; }

    /// <summary>What brought the policy in force.</summary>
    public required string Source { get; init; }

    /// <summary>Since when it is in force.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>The last refusal, if nothing was applied after it; null otherwise.</summary>
    public required PolicyRecord? Refused { get; init; }

    /// <summary>Why watched files are not what is in force; null when they are, or none are watched.</summary>
    public required string? FileProblem { get; init; }

    /// <summary>How things stand with the remote policy; null where none is fetched.</summary>
    public required SsRemotePolicyStatus? Remote { get; init; }

    /// <summary>How many streams there are.</summary>
    public required int Streams { get; init; }

    /// <summary>How many of them are connected.</summary>
    public required int Connected { get; init; }

    /// <summary>Streams that are <c>nailed_up</c>, not connected, and since when.</summary>
    public required IReadOnlyList<(SecureStream Stream, DateTimeOffset Since)> Lost { get; init; }

    /// <summary>Listeners that are not where the policy says, or hear nobody.</summary>
    public required IReadOnlyList<(string StreamType, bool IsDeaf, string Problem)> Listeners { get; init; }

    /// <summary>Every certificate that is known to be relied on.</summary>
    public required IReadOnlyList<KnownCertificate> Certificates { get; init; }

    /// <summary>Since when a stream has no connection, of what it did; null for one that has one, and for one of which nothing is known yet.</summary>
    public static DateTimeOffset? NotConnectedSince(SecureStream stream)
    {
        if (IsConnected(stream.State))
            return null;
        DateTimeOffset? since = null;
        foreach (var one in stream.Explain().Events.Reverse())
        {
            if (IsConnected(one.State))
                break;
            since = one.Time;
        }

        return since;
    }

    /// <summary>Whether a stream in this state has a connection.</summary>
    public static bool IsConnected(SsState state) => state is SsState.Connected or SsState.QosAckRemote or SsState.QosNackRemote;

    /// <summary>What a policy says of its own expiry; null when nothing.</summary>
    public static DateTimeOffset? ExpiryOf(PolicyModel policy) =>
        policy.Document.Find("policy_expires")?.Value.Text is { Length: > 0 } text && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    /// <summary>The certificates of its trust stores.</summary>
    public static IEnumerable<KnownCertificate> RootsOf(PolicyModel policy)
    {
        foreach (var store in policy.TrustStores.Values)
        {
            foreach (var entry in store.Certificates)
            {
                if (entry.Problem is null && EndOf(entry) is { } end)
                    yield return new KnownCertificate(CertificateKind.Root, $"{store.Name}/{entry.Name}", end);
            }
        }
    }

    private static DateTimeOffset? EndOf(CertificatePolicy entry)
    {
        try
        {
            using var certificate = X509CertificateLoader.LoadCertificate(entry.Der.AsSpan());
            return new DateTimeOffset(certificate.NotAfter.ToUniversalTime());
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException)
        {
            return null; // The policy was warned of when it was loaded.
        }
    }
}
