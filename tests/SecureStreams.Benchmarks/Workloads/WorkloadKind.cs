namespace SecureStreams.Benchmarks.Workloads;

/// <summary>What is done over and over.</summary>
internal enum WorkloadKind
{
    /// <summary>GET of a small body; an operation is a transaction.</summary>
    Get,

    /// <summary>A message is sent and comes back; an operation is both.</summary>
    Echo,

    /// <summary>Messages go one way as fast as they can; the peer answers the last.</summary>
    OneWay,

    /// <summary>Bytes without boundaries are sent and come back; an operation is a megabyte.</summary>
    BulkEcho,

    /// <summary>Bytes without boundaries go one way, after a header that announces them; the peer answers the last. An operation is a megabyte.</summary>
    BulkOneWay,

    /// <summary>Messages are published as fast as they can; the end is when the broker has them all.</summary>
    Publish,

    /// <summary>A message is published when the one before it was acknowledged.</summary>
    PublishInTurn,

    /// <summary>Messages that another publishes are received.</summary>
    Receive,

    /// <summary>Many connections each send a message at fixed times, and each comes back: an operation is one that did. The rate is given, so the cost is what is measured.</summary>
    Crowd,
}
