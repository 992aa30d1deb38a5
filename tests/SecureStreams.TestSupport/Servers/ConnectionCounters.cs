namespace SecureStreams.TestSupport.Servers;

/// <summary>What arrived on one port of a test server.</summary>
public sealed class ConnectionCounters
{
    private int _accepted;
    private int _open;
    private int _established;
    private long _rawBytes;
    private long _bytes;

    /// <summary>Connections accepted.</summary>
    public int Accepted => Volatile.Read(ref _accepted);

    /// <summary>Connections accepted and not closed yet.</summary>
    public int Open => Volatile.Read(ref _open);

    /// <summary>Connections that carry the protocol: accepted, and past TLS where there is TLS.</summary>
    public int Established => Volatile.Read(ref _established);

    /// <summary>Bytes that arrived on the wire, TLS records included.</summary>
    public long RawBytes => Volatile.Read(ref _rawBytes);

    /// <summary>Bytes that arrived above TLS: zero proves that a client which refused the certificate has sent nothing of a request.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    internal void OnAccepted()
    {
        Interlocked.Increment(ref _accepted);
        Interlocked.Increment(ref _open);
    }

    internal void OnClosed() => Interlocked.Decrement(ref _open);

    internal void OnEstablished() => Interlocked.Increment(ref _established);

    internal void OnRawBytes(long count) => Interlocked.Add(ref _rawBytes, count);

    internal void OnBytes(long count) => Interlocked.Add(ref _bytes, count);
}
