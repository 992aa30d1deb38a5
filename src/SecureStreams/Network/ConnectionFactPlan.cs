using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using SecureStreams.Policy;

namespace SecureStreams.Network;

/// <summary>Which metadata of a streamtype say what of its connection (<c>metadata_from_connection</c>); worked out once for a policy.</summary>
internal sealed class ConnectionFactPlan
{
    private static readonly ConditionalWeakTable<StreamTypePolicy, ConnectionFactPlan> Plans = [];

    private static readonly ConnectionFactPlan None = new([]);

    private readonly ImmutableArray<(int Index, string Name, ConnectionFact Fact)> _rows;

    private ConnectionFactPlan(ImmutableArray<(int Index, string Name, ConnectionFact Fact)> rows) => _rows = rows;

    /// <summary>Whether nothing is to be said.</summary>
    public bool IsEmpty => _rows.IsEmpty;

    /// <summary>The plan of <paramref name="policy"/>.</summary>
    public static ConnectionFactPlan Of(StreamTypePolicy policy) =>
        policy.Find("metadata_from_connection") is { Value.Pairs.IsEmpty: false } ? Plans.GetValue(policy, Make) : None;

    /// <summary>Whether the metadata with this name comes from the connection, so that the application does not set it.</summary>
    public bool Fills(string name)
    {
        foreach (var row in _rows)
        {
            if (string.Equals(row.Name, name, StringComparison.Ordinal))
                return true;
        }

        return false;
    }

    /// <summary>Puts what is known of the connection in its places. A header that came for the same name does not count: what a peer says of itself is no fact.</summary>
    /// <param name="facts">The facts; null when there are none.</param>
    /// <param name="values">A place for each declared name, as <see cref="Core.MetadataStore.PublishReceivedOnMailbox"/> takes them.</param>
    public void Fill(ConnectionFacts? facts, string?[] values)
    {
        foreach (var (index, _, fact) in _rows)
            values[index] = facts?[fact];
    }

    /// <summary>Puts them in the places of another set of values: what is said of a connection goes for all that comes over it.</summary>
    /// <param name="from">Values that were filled.</param>
    /// <param name="values">The others.</param>
    public void Carry(string?[] from, string?[] values)
    {
        foreach (var (index, _, _) in _rows)
            values[index] = from[index];
    }

    private static ConnectionFactPlan Make(StreamTypePolicy policy)
    {
        var rows = ImmutableArray.CreateBuilder<(int, string, ConnectionFact)>();
        foreach (var pair in policy.Find("metadata_from_connection")!.Value.Value.Pairs)
        {
            for (var i = 0; i < policy.Metadata.Length; i++)
            {
                if (string.Equals(policy.Metadata[i].Name, pair.Key, StringComparison.Ordinal))
                    rows.Add((i, pair.Key, FactOf(pair.Value.Text)));
            }
        }

        return new ConnectionFactPlan(rows.ToImmutable());
    }

    private static ConnectionFact FactOf(string choice) => choice switch
    {
        "peer_ip" => ConnectionFact.PeerIp,
        "peer_port" => ConnectionFact.PeerPort,
        "local_ip" => ConnectionFact.LocalIp,
        "local_port" => ConnectionFact.LocalPort,
        "tls_version" => ConnectionFact.TlsVersion,
        "tls_cipher" => ConnectionFact.TlsCipher,
        "alpn" => ConnectionFact.Alpn,
        "peer_cert_spki_sha256" => ConnectionFact.PeerCertSpkiSha256,
        "peer_cert_subject" => ConnectionFact.PeerCertSubject,
        "peer_uid" => ConnectionFact.PeerUid,
        "peer_gid" => ConnectionFact.PeerGid,
        "peer_pid" => ConnectionFact.PeerPid,
        _ => throw new ArgumentOutOfRangeException(nameof(choice), choice, "No such fact."),
    };
}
