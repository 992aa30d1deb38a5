namespace SecureStreams.Telemetry;

/// <summary>What a context can be asked for when somebody reads its metrics.</summary>
internal interface IStreamCount
{
    /// <summary>Its streams at this moment: type, underlying state, bytes that wait to be taken by the transport. From any thread.</summary>
    IEnumerable<(string StreamType, SsState State, long TxQueued)> Streams { get; }

    /// <summary>How often its policy was changed. From any thread.</summary>
    long PolicyRevision { get; }

    /// <summary>Seconds since a fetch last said what its policy is; null when it is not fetched, or none has yet. From any thread.</summary>
    double? PolicyAge => null;
}
