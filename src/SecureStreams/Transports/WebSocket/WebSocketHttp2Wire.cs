using System.Runtime.CompilerServices;
using SecureStreams.Network;
using SecureStreams.Transports.Connections;
using SecureStreams.Transports.Http;

namespace SecureStreams.Transports.WebSocket;

/// <summary>
/// One stream of a shared HTTP/2 connection as what carries a WebSocket connection (RFC 8441 section 5): its end is the end of a TCP connection, its reset a reset. The shared
/// connection goes back to its pool with it.
/// </summary>
/// <remarks>
/// Heard is what comes on the stream itself. That the shared connection lives proves no more than the next hop alive, which may be a proxy; that the far end lives only its own
/// bytes prove.
/// </remarks>
/// <param name="lane">The shared connection, rented; returned when this is disposed.</param>
/// <param name="answer">The answer to the extended CONNECT; owned.</param>
/// <param name="time">The clock.</param>
/// <param name="endpoint">Where it leads, for details of failures.</param>
internal sealed class WebSocketHttp2Wire(HttpLane lane, HttpResponseMessage answer, TimeProvider time, string endpoint) : AsyncDuplexStream, ILinkWire
{
    private readonly Stream _stream = answer.Content.ReadAsStream();
    private long _lastHeard = time.GetTimestamp();
    private long _sent;
    private volatile bool _peerEnded;
    private volatile bool _connectionEnded;
    private int _disposed;

    /// <inheritdoc/>
    public long LastHeard => Volatile.Read(ref _lastHeard);

    /// <inheritdoc/>
    public long BytesSent => Volatile.Read(ref _sent);

    /// <inheritdoc/>
    public bool PeerEnded => _peerEnded;

    /// <inheritdoc/>
    public bool IsPeerGone => _connectionEnded;

    /// <summary>Whether nothing at all has come on the shared connection since <paramref name="asked"/>: then its next hop is gone, and not just the far end of this stream.</summary>
    public bool IsConnectionSilentSince(long asked) => lane.Wire is { } wire && wire.LastHeard <= asked;

    /// <summary>Keeps new streams off the connection, see <see cref="HttpLane.Abandon"/>.</summary>
    public void AbandonConnection() => lane.Abandon();

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int count;
        try
        {
            count = await _stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            if (WebSocketHttp2Failures.Broken(error, lane) is { } failure)
                throw new TransportException(failure with { Endpoint = endpoint });

            // The connection ended in order, and the stream with it.
            _connectionEnded = true;
            count = 0;
        }

        if (count > 0)
            Volatile.Write(ref _lastHeard, time.GetTimestamp());
        else if (!buffer.IsEmpty)
            _peerEnded = true;
        return count;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            Interlocked.Add(ref _sent, buffer.Length);
            await _stream.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);

            // Otherwise the platform keeps it until somebody flushes the connection.
            await _stream.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            throw new TransportException((WebSocketHttp2Failures.Broken(error, lane) ?? WebSocketHttp2Failures.Ended(error)) with { Endpoint = endpoint });
        }
    }

    /// <inheritdoc/>
    /// <remarks>The platform ends this side of such a stream only when it is disposed of (END_STREAM, and a reset behind it unless the peer has ended its own), so the peer goes first.</remarks>
    public void ShutdownSend()
    {
    }

    /// <inheritdoc/>
    public void Abort() => Dispose();

    protected override void Dispose(bool disposing)
    {
        if (disposing && Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            answer.Dispose();
            lane.Return(sound: _peerEnded && !_connectionEnded);
        }

        base.Dispose(disposing);
    }
}
