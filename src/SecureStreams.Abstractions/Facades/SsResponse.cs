namespace SecureStreams;

/// <summary>The answer to one transaction. It owns plain memory and needs no disposal.</summary>
public sealed class SsResponse
{
    internal SsResponse(SsStateChange change, byte[] body, IReadOnlyDictionary<string, string?> metadata)
    {
        IsAck = change.State == SsState.QosAckRemote;
        Status = change.Ack;
        Cause = change.Cause;
        Body = body;
        Metadata = metadata;
    }

    /// <summary>Whether the peer acknowledged; false when it refused. What counts as which is the streamtype's <c>http_expect</c>.</summary>
    public bool IsAck { get; }

    /// <summary>The protocol's number: the HTTP status.</summary>
    public int Status { get; }

    /// <summary>Why it was refused; <see cref="SsCause.None"/> for an acknowledgement.</summary>
    public SsCause Cause { get; }

    /// <summary>The body, whole; empty when there was none.</summary>
    public ReadOnlyMemory<byte> Body { get; }

    /// <summary>The values of the names asked for in <see cref="SsTransactOptions.ResponseMetadata"/>; null for one that has none.</summary>
    public IReadOnlyDictionary<string, string?> Metadata { get; }

    /// <summary>Throws unless the peer acknowledged.</summary>
    /// <exception cref="SsNackException">It refused.</exception>
    public void ThrowIfNack()
    {
        if (!IsAck)
            throw new SsNackException($"The peer refused the transaction with status {Status}.", Cause, Status);
    }
}
