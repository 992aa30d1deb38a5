using System.Collections.Immutable;
using SecureStreams.Policy;
using SecureStreams.Tokens;
using SecureStreams.Transports;

namespace SecureStreams;

/// <summary>How it is, for operators.</summary>
public sealed partial class LocalContext
{
    // Of one policy, since certificates are parsed for it.
    private (PolicyModel Policy, ImmutableArray<KnownCertificate> Roots)? _roots;

    /// <summary>When it was made.</summary>
    internal DateTimeOffset Made { get; }

    /// <summary>Its streams, accepted ones included; a copy, made now.</summary>
    internal IReadOnlyList<SecureStream> AllStreams => [.. _streams.Keys];

    /// <summary>Its listeners; a copy, made now.</summary>
    internal IReadOnlyList<SsListener> AllListeners => [.. _listeners.Keys];

    /// <summary>Whether it is disposed, or about to be.</summary>
    internal bool IsDisposed => Volatile.Read(ref _disposed) != 0;

    /// <summary>Who wanted what was last refused wants it no more.</summary>
    internal void ForgetRefusal() => _policy.ForgetRefusal();

    /// <summary>How it is now. From any thread.</summary>
    internal ContextHealth ReadHealth()
    {
        var policy = Policy;
        var (applied, refused) = (_policy.LastApplied, _policy.LastRefused);
        var streams = AllStreams;
        return new ContextHealth
        {
            Revision = PolicyRevision,
            Published = policy.Document.Find("policy_revision")?.Value.Number,
            Expires = ContextHealth.ExpiryOf(policy),
            Source = applied?.Name ?? (policy.Layers.Length == 0 ? "model" : string.Join(", ", policy.Layers)),
            Since = applied?.Time ?? Made,
            Refused = refused is not null && (applied is null || refused.Number > applied.Number) ? refused : null,
            FileProblem = PolicyWatch?.Problem,
            Remote = RemotePolicy?.Status,
            Streams = streams.Count,
            Connected = streams.Count(static one => ContextHealth.IsConnected(one.State)),
            Lost =
            [
                .. streams.Where(one => policy.StreamTypes.GetValueOrDefault(one.StreamType) is { NailedUp: true, Server: false })
                    .Select(static one => (Stream: one, Since: ContextHealth.NotConnectedSince(one)))
                    .Where(static one => one.Since is not null)
                    .Select(static one => (one.Stream, one.Since!.Value)),
            ],
            Listeners =
            [
                .. AllListeners.Select(static one => (one.StreamType, Health: one as IListenerHealth)).Where(static one => one.Health?.MoveProblem is not null)
                    .Select(static one => (one.StreamType, one.Health!.IsDeaf, one.Health.MoveProblem!)),
            ],
            Certificates = [.. CertificatesOf(policy)],
        };
    }

    private IEnumerable<KnownCertificate> CertificatesOf(PolicyModel policy)
    {
        foreach (var listener in AllListeners)
        {
            if (listener is IListenerHealth { Certificate: var (_, end) })
                yield return new KnownCertificate(CertificateKind.Server, listener.StreamType, end);
        }

        if (_transports.Wire is TokenTransports { Wire: TransportFactory wire })
        {
            foreach (var (blob, end) in wire.Identities.Known)
                yield return new KnownCertificate(CertificateKind.Client, blob, end);
        }

        foreach (var root in RootsOf(policy))
            yield return root;
    }

    private ImmutableArray<KnownCertificate> RootsOf(PolicyModel policy)
    {
        lock (_watching)
        {
            if (_roots is not { } known || !ReferenceEquals(known.Policy, policy))
                _roots = known = (policy, [.. ContextHealth.RootsOf(policy)]);
            return known.Roots;
        }
    }
}
