using System.Net.Sockets;
using System.Runtime.CompilerServices;
using SecureStreams.Transports.Connections;

namespace SecureStreams.Network;

/// <summary>
/// Sits on the socket, below TLS: counts bytes both ways and remembers when the peer was last heard, so that liveness is judged by our own clock for every protocol.
/// </summary>
internal sealed partial class CountingStream(Stream inner, TimeProvider time) : Stream, ILinkWire
{
    private static readonly Action AlreadyClosed = static () => { }; // A mark: nothing is left to tell.

    private readonly Stream? _underlying;
    private long _received;
    private long _sent;
    private long _lastHeard = time.GetTimestamp();
    private int _firstByte = -1;
    private HeadBytes _head;
    private int _headLength;
    private volatile bool _ended;
    private Action? _closed;

    /// <summary>Bytes received, TLS framing included.</summary>
    public long BytesReceived => Volatile.Read(ref _received);

    /// <summary>Bytes sent, TLS framing included.</summary>
    public long BytesSent => Volatile.Read(ref _sent);

    /// <summary>When the peer was last heard, a timestamp of the clock; at first when the connection was made.</summary>
    public long LastHeard => Volatile.Read(ref _lastHeard);

    /// <summary>The very first byte received, which tells TLS from plaintext; -1 before it.</summary>
    public int FirstByte => Volatile.Read(ref _firstByte);

    /// <summary>The first bytes received, at most <see cref="TlsHead.Length"/>. For the one who reads.</summary>
    public ReadOnlySpan<byte> Head => ((ReadOnlySpan<byte>)_head)[.._headLength];

    /// <summary>The socket, where it is a real one.</summary>
    public Socket? Socket => (Underlying as NetworkStream)?.Socket;

    /// <summary>Whether a read into no buffer waits until there is something to read: a stream of a program's own may not.</summary>
    public bool WaitsWithoutBuffer => inner is NetworkStream;

    /// <summary>What the dialer of sockets made, where something stands between it and this.</summary>
    public Stream? Underlying
    {
        get => _underlying ?? inner;
        init => _underlying = value;
    }

    /// <summary>Given back while a read waits here, and taken again before it goes on: of the TLS session above, where there is one.</summary>
    public TlsTurn? Turn { get; set; }

    /// <summary>Whether the peer has ended its side.</summary>
    public bool PeerEnded => _ended;

    /// <summary>Whether this side has closed it.</summary>
    public bool IsClosed => ReferenceEquals(Volatile.Read(ref _closed), AlreadyClosed);

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer) => Heard(inner.Read(buffer), buffer);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Interlocked.Add(ref _sent, buffer.Length);
        return inner.WriteAsync(buffer, cancellationToken);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        Interlocked.Add(ref _sent, buffer.Length);
        inner.Write(buffer);
    }

    public override void Flush() => inner.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    /// <summary>Has <paramref name="closed"/> called once, when this side closes it, or now if it has. On whatever thread closes; it must be quick and not throw.</summary>
    public void OnClosed(Action closed)
    {
        if (Interlocked.CompareExchange(ref _closed, closed, null) is not null)
            closed();
    }

    /// <summary>What came so far was not the peer: its first bytes are still to come. Before anybody else reads.</summary>
    public void ForgetFirstBytes()
    {
        _headLength = 0;
        Volatile.Write(ref _firstByte, -1);
    }

    /// <summary>Ends this side: the peer reads to the end of what was sent, and may go on sending.</summary>
    /// <exception cref="IOException">The connection is gone.</exception>
    /// <exception cref="NotSupportedException">It is a stream of a program's own dialer that cannot (<see cref="ISsHalfCloseStream"/>).</exception>
    public void ShutdownSend() => ISsHalfCloseStream.ShutdownSend(inner);

    /// <summary>
    /// Whether the peer, which has ended its side, is known to be gone altogether. Unix sockets know; TCP learns it from the answer to the next byte sent, so there it is never known here.
    /// </summary>
    public bool IsPeerGone
    {
        get
        {
            if (Underlying is not NetworkStream { Socket: { AddressFamily: AddressFamily.Unix } socket })
                return false;
            try
            {
                // Sends nothing; the system refuses all the same once nobody is at the other end.
                socket.Send(ReadOnlySpan<byte>.Empty, SocketFlags.None, out var error);
                return error is not (SocketError.Success or SocketError.WouldBlock);
            }
            catch (ObjectDisposedException)
            {
                return true;
            }
        }
    }

    /// <inheritdoc/>
    public bool KnowsPeerGone => Underlying is NetworkStream { Socket.AddressFamily: AddressFamily.Unix };

    /// <summary>Closes it with a reset, so that the system keeps nothing and sends nothing more.</summary>
    public void Abort()
    {
        if (Underlying is NetworkStream { Socket: { AddressFamily: not AddressFamily.Unix } socket })
        {
            try
            {
                socket.LingerState = new LingerOption(enable: true, seconds: 0);
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException)
            {
                // It is gone already.
            }
        }

        Dispose();
    }

    public override async ValueTask DisposeAsync()
    {
        await inner.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
            Interlocked.Exchange(ref _closed, AlreadyClosed)?.Invoke();
        }

        base.Dispose(disposing);
    }

    private int Heard(int bytes, ReadOnlySpan<byte> buffer)
    {
        if (bytes > 0)
        {
            if (_firstByte < 0)
                Volatile.Write(ref _firstByte, buffer[0]);
            if (_headLength < TlsHead.Length)
                KeepHead(buffer[..bytes]);
            Interlocked.Add(ref _received, bytes);
            Volatile.Write(ref _lastHeard, time.GetTimestamp());
        }
        else if (!buffer.IsEmpty)
        {
            // A read into an empty buffer only waits for data and says nothing about the end.
            _ended = true;
        }

        return bytes;
    }

    private void KeepHead(ReadOnlySpan<byte> bytes)
    {
        var kept = Math.Min(bytes.Length, TlsHead.Length - _headLength);
        bytes[..kept].CopyTo(((Span<byte>)_head)[_headLength..]);
        _headLength += kept;
    }

    [InlineArray(TlsHead.Length)]
    private struct HeadBytes
    {
        private byte _first;
    }
}
