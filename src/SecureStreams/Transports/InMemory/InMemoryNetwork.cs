using System.Threading.Channels;

namespace SecureStreams.Transports.InMemory;

/// <summary>
/// A network without a network: every attempt of a stream becomes an <see cref="InMemoryPeer"/> that the other side plays. Passes the same contract suite as the
/// wire transports, so the core can be driven through any life in any order.
/// </summary>
/// <param name="time">The clock of the streams it serves.</param>
internal sealed class InMemoryNetwork(TimeProvider time) : ITransportFactory
{
    private readonly Channel<InMemoryPeer> _attempts = Channel.CreateUnbounded<InMemoryPeer>();
    private int _count;

    /// <summary>Plays the other side at once, on the stream's mailbox, before the attempt is queued; null leaves it to <see cref="NextAttemptAsync"/>.</summary>
    public Action<InMemoryPeer>? OnAttempt { get; set; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; } = time;

    /// <summary>How many attempts were started.</summary>
    public int Attempts => Volatile.Read(ref _count);

    /// <summary>The next attempt that nobody took yet, in the order they were started.</summary>
    public ValueTask<InMemoryPeer> NextAttemptAsync(CancellationToken cancellationToken) => _attempts.Reader.ReadAsync(cancellationToken);

    public StreamTransport Create(TransportSetup setup) => new InMemoryTransport(this, setup);

    public void RenewConnections()
    {
        // It shares none.
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    internal void Started(InMemoryPeer peer)
    {
        Interlocked.Increment(ref _count);
        OnAttempt?.Invoke(peer);
        _attempts.Writer.TryWrite(peer);
    }
}
