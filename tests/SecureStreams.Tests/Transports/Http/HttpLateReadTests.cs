using System.Net;
using System.Text;
using SecureStreams.Network;
using SecureStreams.TestSupport.Checks;
using Xunit;

namespace SecureStreams.Tests.Transports.Http;

/// <summary>A read that is under way when the transaction is let go ends before anything else does: until then its buffer is not another's.</summary>
public sealed class HttpLateReadTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_end_waits_for_a_read_that_ends_late(bool withResult)
    {
        var sockets = new LateSockets();
        await using var bench = new HttpBench(sockets: sockets);
        var closedWhileReading = false;
        var run = bench.Start(HttpBench.Policy(80), run => run.OnEvent = what =>
        {
            // In the turn of the head, so that it is done as soon as that turn is over, in which the read began.
            if (what == "connected")
                run.Close();
            else if (what == "closed")
                closedWhileReading = sockets.IsReading;
        });
        await sockets.Reading.OrFail(() => run.Story);
        for (var i = 0; i < 50; i++)
            await run.TurnAsync();
        Assert.True(sockets.IsReading);
        sockets.End(withResult);
        var failure = await run.EndAsync();
        Assert.False(closedWhileReading);
        Assert.Equal(SsCauseCode.LocalDisconnect, failure?.Code);
        Assert.Equal("connected closed", run.Story);
    }

    /// <summary>A connection on which the head of an answer comes, and of its body nothing until the test says so, whoever cancels or closes.</summary>
    private sealed class LateSockets : SsSocketDialer
    {
        private static readonly byte[] Head = Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n");
        private readonly TaskCompletionSource _reading = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource<int> _late = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private Memory<byte> _into;

        /// <summary>Completes when the body is read.</summary>
        public Task Reading => _reading.Task;

        public bool IsReading => Reading.IsCompleted && !_late.Task.IsCompleted;

        public override ValueTask<Stream> ConnectAsync(EndPoint endPoint, CancellationToken cancellationToken) => ValueTask.FromResult<Stream>(new Late(this));

        public void End(bool withResult)
        {
            if (!withResult)
            {
                _late.SetException(new IOException("The connection is gone."));
                return;
            }

            "late"u8.CopyTo(_into.Span);
            _late.SetResult(4);
        }

        private sealed class Late(LateSockets sockets) : MemoryStream
        {
            private bool _headCame;

            public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => default;

            public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

            public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
            {
                if (buffer.IsEmpty)
                    return new ValueTask<int>(0);
                if (!_headCame)
                {
                    _headCame = true;
                    Head.CopyTo(buffer);
                    return new ValueTask<int>(Head.Length);
                }

                sockets._into = buffer;
                sockets._reading.TrySetResult();
                return new ValueTask<int>(sockets._late.Task);
            }
        }
    }
}
