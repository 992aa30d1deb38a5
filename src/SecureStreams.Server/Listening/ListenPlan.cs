using System.Runtime.CompilerServices;
using SecureStreams.Policy;

namespace SecureStreams.Server.Listening;

/// <summary>What a policy says of listening, worked out once for it: the attributes are read here and nowhere else.</summary>
internal sealed class ListenPlan
{
    private const int LowDelay = 0x10; // The bits of the type of service, ip(7).
    private const int Throughput = 0x08;
    private const int Reliability = 0x04;
    private const int LowCost = 0x02;

    private static readonly ConditionalWeakTable<StreamTypePolicy, ListenPlan> Plans = [];

    private ListenPlan(StreamTypePolicy policy)
    {
        MaxConnections = (int)Math.Min(int.MaxValue, Number("max_connections") ?? 10_000);
        MaxConnectionsPerPeer = (int)Math.Min(int.MaxValue, Number("max_connections_per_peer") ?? 0);
        MaxStreams = (int)Math.Min(int.MaxValue, Number("max_streams") ?? Math.Max(100_000, MaxConnections));
        UnauthenticatedTimeout = TimeSpan.FromMilliseconds(Number("unauthenticated_timeout_ms") ?? 10_000);
        TypeOfService = (Flag("attr_low_latency") ? LowDelay : 0) | (Flag("attr_high_throughput") ? Throughput : 0) | (Flag("attr_high_reliability") ? Reliability : 0) | (Flag("attr_low_cost") ? LowCost : 0);
        Priority = (int)(Number("attr_priority") ?? 0);
        UnixMode = (UnixFileMode)Convert.ToInt32(Text("unix_mode") ?? "0600", 8);
        UnixUser = Text("unix_user");
        UnixGroup = Text("unix_group");
        RemovesStale = policy.Find("unix_remove_stale")?.Value.Flag ?? true;
        Sniffs = Flag("sniff_protocol");

        bool Flag(string name) => policy.Find(name)?.Value.Flag ?? false;

        long? Number(string name) => policy.Find(name)?.Value.Number;

        string? Text(string name) => policy.Find(name)?.Value.Text;
    }

    /// <summary><c>max_connections</c>.</summary>
    public int MaxConnections { get; }

    /// <summary><c>max_connections_per_peer</c>; 0 for no limit.</summary>
    public int MaxConnectionsPerPeer { get; }

    /// <summary><c>max_streams</c>.</summary>
    public int MaxStreams { get; }

    /// <summary><c>unauthenticated_timeout_ms</c>.</summary>
    public TimeSpan UnauthenticatedTimeout { get; }

    /// <summary>The bits of <c>attr_low_latency</c> and its like; 0 for none.</summary>
    public int TypeOfService { get; }

    /// <summary><c>attr_priority</c>; 0 for none.</summary>
    public int Priority { get; }

    /// <summary><c>unix_mode</c>.</summary>
    public UnixFileMode UnixMode { get; }

    /// <summary><c>unix_user</c>; null for that of the process.</summary>
    public string? UnixUser { get; }

    /// <summary><c>unix_group</c>; null for that of the process.</summary>
    public string? UnixGroup { get; }

    /// <summary><c>unix_remove_stale</c>.</summary>
    public bool RemovesStale { get; }

    /// <summary><c>sniff_protocol</c>: TLS and plain connections are told apart by their first byte.</summary>
    public bool Sniffs { get; }

    /// <summary>The plan of <paramref name="policy"/>.</summary>
    public static ListenPlan Of(StreamTypePolicy policy) => Plans.GetValue(policy, static one => new ListenPlan(one));
}
