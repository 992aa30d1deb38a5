using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Connections;
using SecureStreams.Network;
using SecureStreams.Server.Http;
using SecureStreams.Transports;
using SecureStreams.Transports.Connections;

namespace SecureStreams.Server.WebSocket;

/// <summary>
/// What the web server gives for a request that was upgraded, as what carries a WebSocket connection. On HTTP/1.1 it is the client's connection, which ends when it is disposed: its
/// sides do not end one by one. On HTTP/2 it is one stream of it, whose sides do.
/// </summary>
/// <param name="stream">The bytes, both ways.</param>
/// <param name="exchange">The request.</param>
/// <param name="time">The clock.</param>
internal sealed class HttpUpgradeWire(Stream stream, HttpExchange exchange, TimeProvider time) : AsyncDuplexStream, ILinkWire
{
    // The web server wakes those who wait when it begins to stop, and once more when it wants to be done.
    private const int MostWakes = 4;

    private readonly CancellationTokenSource _over = new();
    private long _lastHeard = time.GetTimestamp();
    private long _sent;
    private volatile bool _peerEnded;
    private volatile bool _isWriting;
    private int _disposed;

    /// <inheritdoc/>
    public long LastHeard => Volatile.Read(ref _lastHeard);

    /// <inheritdoc/>
    public long BytesSent => Volatile.Read(ref _sent);

    /// <inheritdoc/>
    public bool PeerEnded => _peerEnded;

    /// <inheritdoc/>
    public bool IsPeerGone => false;

    /// <summary>What an error of the web server means.</summary>
    /// <remarks>Once the client is gone the web server takes its streams away, under whoever is about to use them.</remarks>
    public static TransportFailure Explain(Exception error) => error is ConnectionResetException or OperationCanceledException or InvalidOperationException
        ? new TransportFailure(SsPhase.Peer, SsCauseCode.ConnectionReset, "The client, or the network, reset the connection or the stream of it.") { Error = error, PeerText = OperatorText.Clean(error.Message) }
        : NetworkErrors.FromException(error, "on an upgraded connection");

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        for (var wakes = 0; ; wakes++)
        {
            try
            {
                var count = await stream.ReadAsync(buffer, _over.Token).ConfigureAwait(false);
                if (count > 0)
                    Volatile.Write(ref _lastHeard, time.GetTimestamp());
                else if (!buffer.IsEmpty)
                    _peerEnded = true;
                return count;
            }
            catch (OperationCanceledException error) when (error is not ConnectionAbortedException && wakes < MostWakes && !_over.IsCancellationRequested)
            {
                // It wants to stop. When this ends is not its to say.
            }
            catch (Exception error) when (!_over.IsCancellationRequested)
            {
                throw new TransportException(Explain(error));
            }
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Interlocked.Add(ref _sent, buffer.Length);
        _isWriting = true;
        try
        {
            await stream.WriteAsync(buffer, _over.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (!_over.IsCancellationRequested)
        {
            throw new TransportException(Explain(error));
        }
        finally
        {
            _isWriting = false;
        }
    }

    /// <inheritdoc/>
    public void ShutdownSend()
    {
        if (exchange.IsHttp2)
            _ = EndSideAsync();
    }

    /// <inheritdoc/>
    public void Abort()
    {
        exchange.Lifetime.Abort();
        Dispose();
    }

    /// <remarks>
    /// The connection or stream itself is ended by the web server, in order, once whoever serves the request has done with it. One that does not take what is being sent would keep it waiting, and there
    /// is no order to end it in.
    /// </remarks>
    protected override void Dispose(bool disposing)
    {
        // Not disposed of: a read may be about to begin, and it holds no timer.
        if (disposing && Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            if (_isWriting)
                exchange.Lifetime.Abort();
            _over.Cancel();
        }

        base.Dispose(disposing);
    }

    private async Task EndSideAsync()
    {
        try
        {
            await exchange.Answer.CompleteAsync().ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or OperationCanceledException or InvalidOperationException)
        {
            // It is gone altogether, which reading notices.
        }
    }
}
