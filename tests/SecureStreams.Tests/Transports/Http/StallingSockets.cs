using System.Net;
using SecureStreams.Network;

namespace SecureStreams.Tests.Transports.Http;

/// <summary>Real connections that take so many bytes to send and then no more, and tell when that is.</summary>
internal sealed class StallingSockets(long most) : SsSocketDialer
{
    private readonly TaskCompletionSource _stalled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _left = most;

    /// <summary>Completes when a write does not.</summary>
    public Task Stalled => _stalled.Task;

    /// <summary>Tells that it has come to that in another way.</summary>
    public void Stall() => _stalled.TrySetResult();

    public override async ValueTask<Stream> ConnectAsync(EndPoint endPoint, CancellationToken cancellationToken) =>
        new Stalling(this, await System.ConnectAsync(endPoint, cancellationToken));

    private sealed class Stalling(StallingSockets sockets, Stream inner) : Stream
    {
        private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Interlocked.Add(ref sockets._left, -buffer.Length) < 0)
            {
                sockets.Stall();
                await _closed.Task.WaitAsync(cancellationToken);
            }

            await inner.WriteAsync(buffer, cancellationToken);
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => inner.ReadAsync(buffer, cancellationToken);

        public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush() => inner.Flush();

        public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                inner.Dispose();
                _closed.TrySetException(new ObjectDisposedException("the connection"));

                // Nobody may be waiting for it, and then it is nobody's error.
                _ = _closed.Task.Exception;
            }

            base.Dispose(disposing);
        }
    }
}
