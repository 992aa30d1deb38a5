using System.Collections.Immutable;

namespace SecureStreams.Policy;

/// <summary>The effective policy of one streamtype: defaults filled in, names resolved to objects, immutable.</summary>
public sealed record StreamTypePolicy
{
    /// <summary>The streamtype's name.</summary>
    public required string Name { get; init; }

    /// <summary><c>server</c>: it listens instead of connecting.</summary>
    public required bool Server { get; init; }

    /// <summary><c>endpoint</c>: client: host, address, <c>+unix path</c> or URL after expansion. Null when the policy has none.</summary>
    public required PolicyTemplate? Endpoint { get; init; }

    /// <summary><c>port</c>, 0..65535.</summary>
    public required int Port { get; init; }

    /// <summary><c>protocol</c>.</summary>
    public required WireProtocol Protocol { get; init; }

    /// <summary><c>tls</c>.</summary>
    public required bool Tls { get; init; }

    /// <summary><c>tls_trust_store</c>; null means the operating system's store.</summary>
    public required TrustStorePolicy? TrustStore { get; init; }

    /// <summary><c>retry</c>; null means that nothing is ever retried.</summary>
    public required RetryPolicy? Retry { get; init; }

    /// <summary><c>opportunistic</c>: do not reconnect by itself after a connection ended.</summary>
    public required bool Opportunistic { get; init; }

    /// <summary><c>nailed_up</c>: connect at creation.</summary>
    public required bool NailedUp { get; init; }

    /// <summary><c>allow_redirects</c>.</summary>
    public required bool AllowRedirects { get; init; }

    /// <summary><c>long_poll</c>: a response may take for ever.</summary>
    public required bool LongPoll { get; init; }

    /// <summary><c>timeout_ms</c>; null when not stated.</summary>
    public required TimeSpan? Timeout { get; init; }

    /// <summary><c>metadata</c> in the order of the policy.</summary>
    public required ImmutableArray<MetadataPolicy> Metadata { get; init; }

    /// <summary>What only HTTP reads; present for h1, h2 and h3, null for other protocols.</summary>
    public required HttpPolicy? Http { get; init; }

    /// <summary>Stated values that no member above carries, in the order of the attribute table: attributes not acted on yet, and HTTP's on other protocols.</summary>
    public ImmutableArray<PolicyAttributeValue> Additional { get; init; } = [];

    /// <summary>Where each stated value stands. Not part of equality: moving a line is no change.</summary>
    public required PolicyProvenance Provenance { get; init; }

    /// <summary>By value, collections included, provenance not.</summary>
    public bool Equals(StreamTypePolicy? other) =>
        other is not null && Name == other.Name && Server == other.Server && Equals(Endpoint, other.Endpoint) && Port == other.Port &&
        Protocol == other.Protocol && Tls == other.Tls && Equals(TrustStore, other.TrustStore) && Equals(Retry, other.Retry) &&
        Opportunistic == other.Opportunistic && NailedUp == other.NailedUp && AllowRedirects == other.AllowRedirects && LongPoll == other.LongPoll &&
        Timeout == other.Timeout && Metadata.AsSpan().SequenceEqual(other.Metadata.AsSpan()) && Equals(Http, other.Http) &&
        Additional.AsSpan().SequenceEqual(other.Additional.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Endpoint, Port, Protocol, Tls, Metadata.Length);

    /// <summary>The name alone: an endpoint may hold a password.</summary>
    public override string ToString() => Name;
}
