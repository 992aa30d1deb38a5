using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using SecureStreams.Network;
using SecureStreams.TestSupport.Checks;
using SecureStreams.Tests.Transports.Http;
using SecureStreams.Tests.Transports.Raw;
using SecureStreams.Tests.Transports.WebSocket;
using Xunit;

namespace SecureStreams.Tests.Transports;

/// <summary>An attempt of a lasting connection that ends before it is connected: let go at every step, or failing in one direction only.</summary>
public sealed class LinkAttemptTests
{
    private const string Tls = "\"tls\": true, \"tls_trust_store\": \"main\"";

    [Theory]
    [InlineData("raw", "tls", false)]
    [InlineData("raw", "tls", true)]
    [InlineData("raw", "proxy", false)]
    [InlineData("ws", "tls", false)]
    [InlineData("ws", "proxy", true)]
    [InlineData("ws", "upgrade", false)]
    [InlineData("ws", "upgrade", true)]
    public async Task Let_go_in_the_middle_it_tells_the_end_and_nothing_else(string protocol, string step, bool aborts)
    {
        await using var bench = new RawBench("tcp");
        var more = step switch { "tls" => Tls, "proxy" => $"\"via-socks5\": \"127.0.0.1:{bench.Port}\"", _ => "\"perf\": false" };
        var run = new TransportRun(HttpBench.Policy($"\"endpoint\": \"127.0.0.1\", \"port\": {bench.Port}, \"protocol\": \"{protocol}\", {more}"));
        run.Start(bench.Factory);
        var peer = await bench.PeerAsync();
        await peer.ReceivedAsync(1); // It has come this far.
        if (aborts)
            run.Post(run.Transport.AbortOnMailbox);
        else
            run.Close();
        var failure = await run.EndAsync();
        Assert.Equal(SsCauseCode.LocalDisconnect, failure!.Code);
        Assert.Equal(["closed"], run.Events);
        await peer.Gone.OrFail(static () => "The peer does not notice the end.");
    }

    [Fact]
    public async Task Let_go_on_its_way_to_where_a_redirect_leads_it_tells_the_end_and_nothing_else()
    {
        await using var target = new RawBench("tcp");
        await using var bench = new WsBench(more: "\"allow_redirects\": true, \"tls_trust_store\": \"main\"");
        var run = bench.Start();
        await (await bench.PeerAsync()).SendTextAsync($"HTTP/1.1 307 Over there\r\nLocation: wss://127.0.0.1:{target.Port}/\r\nContent-Length: 0\r\n\r\n");
        var peer = await target.PeerAsync();
        await peer.ReceivedAsync(1);
        run.Close();
        Assert.Equal(SsCauseCode.LocalDisconnect, (await run.EndAsync())!.Code);
        Assert.Equal(["closed"], run.Events);
        await peer.Gone.OrFail(static () => "The peer does not notice the end.");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_the_peer_said_before_it_stopped_taking_is_the_reason_whatever_is_paused(bool paused)
    {
        var sockets = new OneWaySockets("HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n");
        await using var bench = new WsBench(platform: new SsPlatform { Sockets = sockets });
        var run = bench.Start(paused: paused);
        var failure = await run.EndAsync();
        Assert.Equal((SsCauseCode.PeerBusy, 503), (failure!.Code, failure.Status));
    }

    [Fact]
    public async Task What_went_wrong_with_the_connection_before_a_redirect_is_not_held_against_the_next()
    {
        var sockets = new OneWaySockets("HTTP/1.1 307 Over there\r\nLocation: /there\r\nContent-Length: 0\r\n\r\n", "");
        await using var bench = new WsBench(more: "\"allow_redirects\": true", platform: new SsPlatform { Sockets = sockets });
        var failure = await bench.Start().EndAsync();
        Assert.Equal(SsCauseCode.PeerClosed, failure!.Code);
        Assert.Contains("before it answered the upgrade", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("raw")]
    [InlineData("ws")]
    public async Task What_cannot_be_cancelled_does_not_hold_up_the_end(string protocol)
    {
        var sockets = new StuckSockets();
        await using var bench = new WsBench(platform: new SsPlatform { Sockets = sockets });
        var run = new TransportRun(HttpBench.Policy($"\"endpoint\": \"127.0.0.1\", \"port\": 9, \"protocol\": \"{protocol}\", {Tls}, \"connect_timeout_ms\": 3000"));
        run.Start(bench.Factory);
        await sockets.Reading.Task.OrFail(static () => "No handshake began.");
        bench.Clock.Advance(TimeSpan.FromSeconds(3));
        await run.WaitForAsync("closed");
        Assert.False(run.Transport.Completion.IsCompleted);
        sockets.LetGo.SetResult(0);
        var failure = await run.EndAsync();
        Assert.Equal((SsPhase.Timeout, SsCauseCode.ConnectTimeout), (failure!.Phase, failure.Code));
        Assert.Contains("TLS handshake", failure.Message, StringComparison.Ordinal);
        Assert.True(sockets.IsClosed);
    }

    /// <summary>A connection whose reads end when the test says so, and not when they are cancelled.</summary>
    private sealed class StuckSockets : SsSocketDialer
    {
        public TaskCompletionSource Reading { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource<int> LetGo { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool IsClosed { get; private set; }

        public override ValueTask<Stream> ConnectAsync(EndPoint endPoint, CancellationToken cancellationToken) => new(new Stuck(this));

        private sealed class Stuck(StuckSockets owner) : MemoryStream
        {
            public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
            {
                owner.Reading.TrySetResult();
                return new(owner.LetGo.Task);
            }

            protected override void Dispose(bool disposing)
            {
                owner.IsClosed = true;
                base.Dispose(disposing);
            }
        }
    }

    /// <summary>Connections that say these texts and end, one after the other; the first takes nothing.</summary>
    private sealed class OneWaySockets(params string[] texts) : SsSocketDialer
    {
        private readonly ConcurrentQueue<string> _texts = new(texts);
        private int _made;

        public override ValueTask<Stream> ConnectAsync(EndPoint endPoint, CancellationToken cancellationToken)
        {
            Assert.True(_texts.TryDequeue(out var text));
            return new(new OneWayStream(text!, takes: _made++ > 0));
        }
    }

    private sealed class OneWayStream(string text, bool takes) : Stream
    {
        private readonly MemoryStream _says = new(Encoding.ASCII.GetBytes(text));

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => _says.ReadAsync(buffer, cancellationToken);

        public override int Read(byte[] buffer, int offset, int count) => _says.Read(buffer, offset, count);

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            takes ? default : throw new IOException("gone", new SocketException((int)SocketError.ConnectionReset));

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
