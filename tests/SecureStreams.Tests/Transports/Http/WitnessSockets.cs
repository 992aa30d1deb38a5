using System.Net;
using SecureStreams.Implementation;
using SecureStreams.Network;
using SecureStreams.TestSupport.Time;

namespace SecureStreams.Tests.Transports.Http;

/// <summary>
/// Real connections that know when, on a virtual clock, each heard its peer. What was on its way when a network fell silent still counts as a sign of life, whenever
/// this side comes to read it; so the clock moves (<see cref="Step"/>) only while nothing that has been read is still to be taken note of, and no stream is at work.
/// </summary>
internal sealed class WitnessSockets : SsSocketDialer
{
    private readonly Lock _lock = new();
    private readonly List<Witness> _connections = [];
    private int _busy;

    public WitnessSockets(ManualTimeProvider clock)
    {
        Clock = clock;
        Scheduler = new Turns(this);
    }

    /// <summary>Runs the streams, on the thread pool.</summary>
    public SsScheduler Scheduler { get; }

    private ManualTimeProvider Clock { get; }

    /// <summary>When the connection with this number, from 0, was made, and when it heard its peer since.</summary>
    public IReadOnlyList<TimeSpan> Heard(int number)
    {
        lock (_lock)
            return [.. _connections[number].Heard];
    }

    /// <summary>Moves the clock, unless nobody could say now whether something comes before or after.</summary>
    public void Step(Action advance)
    {
        lock (_lock)
        {
            if (_busy == 0)
                advance();
        }
    }

    public override async ValueTask<Stream> ConnectAsync(EndPoint endPoint, CancellationToken cancellationToken)
    {
        var inner = await System.ConnectAsync(endPoint, cancellationToken);
        lock (_lock)
        {
            var connection = new Witness(this, inner, Clock.Elapsed);
            _connections.Add(connection);
            return connection;
        }
    }

    private void Count(int more)
    {
        lock (_lock)
            _busy += more;
    }

    private sealed class Turns(WitnessSockets sockets) : SsScheduler
    {
        public override void Schedule(IThreadPoolWorkItem work)
        {
            sockets.Count(1);
            ThreadPool.Schedule(new Turn(sockets, work));
        }
    }

    private sealed class Turn(WitnessSockets sockets, IThreadPoolWorkItem work) : IThreadPoolWorkItem
    {
        public void Execute()
        {
            work.Execute();
            sockets.Count(-1);
        }
    }

    private sealed class Witness(WitnessSockets sockets, Stream inner, TimeSpan since) : Stream
    {
        private bool _reading;

        public List<TimeSpan> Heard { get; } = [since];

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            // Whoever reads again has taken note of what was read before.
            NoteTaken();
            var count = await inner.ReadAsync(buffer, cancellationToken);
            if (count > 0)
            {
                lock (sockets._lock)
                {
                    Heard.Add(sockets.Clock.Elapsed);
                    _reading = true;
                    sockets._busy++;
                }
            }

            return count;
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => inner.WriteAsync(buffer, cancellationToken);

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush() => inner.Flush();

        public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                NoteTaken();
                inner.Dispose();
            }

            base.Dispose(disposing);
        }

        private void NoteTaken()
        {
            lock (sockets._lock)
            {
                if (!_reading)
                    return;
                _reading = false;
                sockets._busy--;
            }
        }
    }
}
