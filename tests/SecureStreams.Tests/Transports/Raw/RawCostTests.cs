using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using SecureStreams.TestSupport.Certificates;
using SecureStreams.TestSupport.Checks;
using SecureStreams.Tests.EndToEnd;
using Xunit;

namespace SecureStreams.Tests.Transports.Raw;

/// <summary>What a message costs a stream on a raw connection: nothing that has to be collected.</summary>
[Collection(Core.AloneCollection.Name)]
public sealed class RawCostTests(ITestOutputHelper output)
{
    private const int Rounds = 5_000;
    private const int Bytes = 64;

    [Theory]
    [InlineData("tcp")]
    [InlineData("unix")]
    [InlineData("tls")]
    public async Task A_round_trip_of_a_stream_allocates_nothing(string kind)
    {
#if DEBUG
        Assert.SkipWhen(kind == "tls", "Built for debugging, an async method allocates where it does not wait.");
#endif
        using var echo = new BlockingEcho(kind);
        await using var context = SsContext.FromJson(LoopbackPolicy.Around($"\"x\": {{ {echo.Attributes} }}"));
        var handler = new PingPong();
        var stream = context.Create("x", handler);
        stream.Connect();
        await handler.RunAsync(stream, Rounds);

        // Starting and awaiting the measured run itself costs a few objects; one byte a message would already be more.
        const int Allowed = Rounds - 1;
        var fastest = double.MaxValue;
        var least = await Allocated.LeastInProcessAsync(
            async () =>
            {
                var clock = Stopwatch.StartNew();
                await handler.RunAsync(stream, Rounds);
                fastest = Math.Min(fastest, clock.Elapsed.TotalMicroseconds / Rounds);
            },
            Allowed);

        var bare = kind == "tls" ? 0 : await BareAsync(echo.EndPoint);
        output.WriteLine($"{kind}: {(bare > 0 ? $"a bare socket {bare:0.0} us; the stream " : "")}{least} B in {Rounds} round trips of {Bytes} B, {fastest:0.0} us each");
        Assert.InRange(least, 0, Allowed);
    }

    [Fact]
    public async Task An_idle_connection_costs_little_memory()
    {
        const int Streams = 300;

        // Measured: 5,500 bytes, 1,024 of them the array it reads into. What is between is room to grow.
        const int Allowed = 7 * 1024;
        using var echo = new BlockingEcho("tcp", answers: false);
        var policy = LoopbackPolicy.Around($"\"x\": {{ {echo.Attributes} }}");
        var turns = new List<long>();
        for (var turn = 0; turn < 5; turn++)
        {
            // The middle of a few: other things of the process come and go.
            var context = SsContext.FromJson(policy);
            await ConnectAsync(context, 10);
            var before = GC.GetTotalMemory(forceFullCollection: true);
            var streams = await ConnectAsync(context, Streams);
            turns.Add((GC.GetTotalMemory(forceFullCollection: true) - before) / Streams);
            GC.KeepAlive(streams);
            await context.DisposeAsync();
        }

        turns.Sort();
        var usual = turns[turns.Count / 2];
        output.WriteLine($"an idle raw connection: {usual} B of heap, the peer's socket object included (allowed {Allowed})");
        Assert.InRange(usual, 1, Allowed);
    }

    /// <summary>The same with a socket and nothing else, in microseconds.</summary>
    private static async Task<double> BareAsync(EndPoint endPoint)
    {
        using var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(endPoint);
        if (endPoint is IPEndPoint)
            socket.NoDelay = true;
        var buffer = new byte[1024];
        var fastest = double.MaxValue;
        for (var turn = 0; turn < 6; turn++)
        {
            var clock = Stopwatch.StartNew();
            for (var i = 0; i < Rounds; i++)
            {
                await socket.SendAsync(buffer.AsMemory(0, Bytes), SocketFlags.None);
                for (var got = 0; got < Bytes;)
                    got += await socket.ReceiveAsync(buffer.AsMemory(), SocketFlags.None);
            }

            fastest = Math.Min(fastest, clock.Elapsed.TotalMicroseconds / Rounds);
        }

        return fastest;
    }

    private static async Task<SecureStream[]> ConnectAsync(LocalContext context, int count)
    {
        var streams = new SecureStream[count];
        for (var i = 0; i < count; i++)
        {
            var handler = new Waiting();
            streams[i] = context.Create("x", handler);
            streams[i].Connect();
            await handler.Connected.Task.OrFail(static () => "Not connected.");
        }

        return streams;
    }

    private sealed class Waiting : SecureStreamHandler
    {
        public TaskCompletionSource Connected { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override SsResult OnState(SecureStream stream, in SsStateChange change)
        {
            if (change.State == SsState.Connected)
                Connected.TrySetResult();
            return SsResult.Continue;
        }
    }

    /// <summary>Sends a message whenever the last one has come back.</summary>
    private sealed class PingPong : SecureStreamHandler
    {
        private TaskCompletionSource _done = new();
        private int _left;
        private int _pending;

        public Task RunAsync(SecureStream stream, int rounds)
        {
            _done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _left = rounds;
            stream.RequestTransmit();
            return _done.Task.OrFail(static () => "The peer does not answer.");
        }

        public override SsTransmitResult OnTransmit(SecureStream stream, scoped ref SsTransmit tx)
        {
            tx.Buffer[..Bytes].Fill((byte)_left);
            tx.Commit(Bytes, SsTxFlags.WholeMessage);
            return SsTransmitResult.Send;
        }

        public override SsResult OnReceive(SecureStream stream, ReadOnlySpan<byte> payload, SsRxFlags flags)
        {
            _pending += payload.Length;
            if (_pending < Bytes)
                return SsResult.Continue;
            _pending -= Bytes;
            if (--_left == 0)
                _done.TrySetResult();
            else
                stream.RequestTransmit();
            return SsResult.Continue;
        }
    }

    /// <summary>An echo on threads of its own, which block: it allocates nothing either.</summary>
    private sealed class BlockingEcho : IDisposable
    {
        private readonly Socket _listener;
        private readonly List<Socket> _accepted = [];

        public BlockingEcho(string kind, bool answers = true)
        {
            var name = $"@ss-echo-{Guid.NewGuid():N}";
            EndPoint endPoint = kind == "unix" ? new UnixDomainSocketEndPoint("\0" + name[1..]) : new IPEndPoint(IPAddress.Loopback, 0);
            _listener = new Socket(endPoint.AddressFamily, SocketType.Stream, kind == "unix" ? ProtocolType.Unspecified : ProtocolType.Tcp);
            _listener.Bind(endPoint);
            _listener.Listen(512);
            var where = kind == "unix" ? $"\"endpoint\": \"+{name}\"" : $"\"endpoint\": \"127.0.0.1\", \"port\": {((IPEndPoint)_listener.LocalEndPoint!).Port}";
            EndPoint = _listener.LocalEndPoint!;
            Attributes = where + ", \"protocol\": \"raw\"" + (kind == "tls" ? ", \"tls\": true, \"tls_trust_store\": \"main\"" : "");
            Start(() =>
            {
                while (true)
                {
                    var socket = _listener.Accept();
                    lock (_accepted)
                        _accepted.Add(socket);
                    if (answers)
                        Start(() => Echo(socket, kind == "tls"));
                }
            });
        }

        public EndPoint EndPoint { get; }

        public string Attributes { get; }

        public void Dispose()
        {
            _listener.Dispose();
            lock (_accepted)
                _accepted.ForEach(static one => one.Dispose());
        }

        private static void Start(Action serve) => new Thread(() =>
        {
            try
            {
                serve();
            }
            catch (Exception error) when (error is SocketException or IOException or ObjectDisposedException)
            {
                // It is over.
            }
        }) { IsBackground = true }.Start();

        private static void Echo(Socket socket, bool tls)
        {
            if (socket.AddressFamily != AddressFamily.Unix)
                socket.NoDelay = true;
            Stream stream = new NetworkStream(socket, ownsSocket: true);
            if (tls)
            {
                var secured = new SslStream(stream);
                secured.AuthenticateAsServer(new SslServerAuthenticationOptions { ServerCertificate = TestCertificates.Server.Certificate });
                stream = secured;
            }

            var buffer = new byte[4096];
            while (stream.Read(buffer) is var count and > 0)
                stream.Write(buffer, 0, count);
            stream.Dispose();
        }
    }
}
