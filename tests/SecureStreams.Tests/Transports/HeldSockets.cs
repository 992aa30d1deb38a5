using System.Net;
using System.Net.Sockets;
using SecureStreams.Network;
using SecureStreams.TestSupport.Checks;
using SecureStreams.Tests.Transports.Raw;

namespace SecureStreams.Tests.Transports;

/// <summary>Real connections whose writes wait while a test holds them, as they do where the network takes no more, or fail as they do where the peer is gone.</summary>
internal sealed class HeldSockets : SsSocketDialer
{
    private readonly TaskCompletionSource _waits = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isHeld;
    private volatile bool _isBroken;

    /// <summary>Completes when a write waits.</summary>
    public Task Waits => _waits.Task;

    /// <summary>From now on writes wait.</summary>
    public void Hold() => _isHeld = true;

    /// <summary>Has <paramref name="run"/> write <paramref name="bytes"/>, which wait.</summary>
    public async Task HoldWriteAsync(TransportRun run, byte[] bytes)
    {
        Hold();
        run.OnTransmit = RawHalfCloseTests.Once(bytes);
        run.Post(() => run.PumpOnMailbox());
        await Waits.OrFail(() => run.Story);
    }

    /// <summary>Those that wait go on, and none waits any more.</summary>
    public void Release()
    {
        _isHeld = false;
        _gate.TrySetResult();
    }

    /// <summary>From now on writes fail.</summary>
    public void Break() => _isBroken = true;

    public override async ValueTask<Stream> ConnectAsync(EndPoint endPoint, CancellationToken cancellationToken) =>
        Wrap(((NetworkStream)await System.ConnectAsync(endPoint, cancellationToken)).Socket);

    /// <summary>A connection that there is; the stream owns it.</summary>
    public NetworkStream Wrap(Socket socket) => new Held(this, socket);

    private sealed class Held(HeldSockets sockets, Socket socket) : NetworkStream(socket, ownsSocket: true)
    {
        private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (sockets._isBroken)
                throw new IOException("Broken.", new SocketException((int)SocketError.ConnectionReset));
            if (sockets._isHeld)
            {
                sockets._waits.TrySetResult();
                if (await Task.WhenAny(sockets._gate.Task, _closed.Task) == _closed.Task)
                    throw new IOException("Closed.", new SocketException((int)SocketError.OperationAborted));
            }

            await base.WriteAsync(buffer, cancellationToken);
        }

        protected override void Dispose(bool disposing)
        {
            base.Dispose(disposing);
            _closed.TrySetResult();
        }
    }
}
