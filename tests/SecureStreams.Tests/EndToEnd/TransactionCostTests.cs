using System.Net;
using SecureStreams.Network;
using SecureStreams.Tests.Transports.Http;
using Xunit;

namespace SecureStreams.Tests.EndToEnd;

/// <summary>What a whole transaction of a stream allocates beside the same request with the platform's bare invoker: the gate that keeps it small.</summary>
[Collection(Core.AloneCollection.Name)]
public sealed class TransactionCostTests(ITestOutputHelper output)
{
    private const int Transactions = 2000;
    private const int BodyBytes = 128;

    private static readonly string Answer = $"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {BodyBytes}\r\n\r\n{new string('x', BodyBytes)}";

#if DEBUG
    // Async methods of Debug builds keep their state in objects of their own.
    [Theory]
    [InlineData("h1", 1000)]
    [InlineData("h2", 1000)]
#else
    [Theory]
    [InlineData("h1", 530)]
    [InlineData("h2", 530)]
#endif
    public async Task A_stream_that_connects_again_and_again_allocates_little_more_than_bare_requests(string protocol, int allowed)
    {
        using var bare = new HttpMessageInvoker(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            ActivityHeadersPropagator = null,
            ConnectCallback = (_, _) => ValueTask.FromResult(Peer(protocol)),
        });
        await using var context = SsContext.FromJson(
            $$"""{ "retry": [{ "r": { "backoff": [1000], "conceal": 3 } }], "s": [{ "get": { "endpoint": "127.0.0.1", "port": 80, "protocol": "{{protocol}}", "http_method": "GET", "http_url": "/", "retry": "r" } }] }""",
            new SsContextOptions { Platform = SsPlatform.System with { Sockets = new CannedSockets(protocol) } });
        var handler = new Repeating();
        var stream = context.Create("get", handler);
        var version = protocol == "h2" ? HttpVersion.Version20 : HttpVersion.Version11;

        // The second round of each counts; the first makes what lasts (connections, pools, code).
        await BareAsync(bare, version);
        await handler.RunAsync(stream);
        var bareBytes = await AllocatedAsync(() => BareAsync(bare, version));
        var ourBytes = await AllocatedAsync(() => handler.RunAsync(stream));
        output.WriteLine($"allocated per GET over {protocol}: bare {bareBytes} B, stream {ourBytes} B, difference {ourBytes - bareBytes} B (allowed {allowed})");
        Assert.InRange(ourBytes - bareBytes, -1000, allowed);
    }

    private static Stream Peer(string protocol) => protocol == "h2" ? new CannedHttp2Peer(BodyBytes) : new CannedPeer(Answer);

    private static async Task<long> AllocatedAsync(Func<Task> run)
    {
        var before = GC.GetTotalAllocatedBytes(precise: true);
        await run();
        return (GC.GetTotalAllocatedBytes(precise: true) - before) / Transactions;
    }

    private static async Task BareAsync(HttpMessageInvoker invoker, Version version)
    {
        var uri = new Uri("http://127.0.0.1/");
        var buffer = new byte[1024];
        for (var i = 0; i < Transactions; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, uri) { Version = version, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
            using var response = await invoker.SendAsync(request, CancellationToken.None);
            var body = response.Content.ReadAsStream(CancellationToken.None);
            var total = 0;
            while (await body.ReadAsync(buffer) is var read and > 0)
                total += read;
            if (total != BodyBytes)
                throw new InvalidOperationException($"A body of {total} bytes.");
        }
    }

    private sealed class CannedSockets(string protocol) : SsSocketDialer
    {
        public override ValueTask<Stream> ConnectAsync(EndPoint endPoint, CancellationToken cancellationToken) => ValueTask.FromResult(Peer(protocol));
    }

    /// <summary>Connects again whenever a transaction has ended.</summary>
    private sealed class Repeating : SecureStreamHandler
    {
        private TaskCompletionSource _done = new();
        private int _left;
        private int _bytes;

        public Task RunAsync(SecureStream stream)
        {
            _left = Transactions;
            _done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            stream.Connect();
            return _done.Task;
        }

        public override SsResult OnReceive(SecureStream stream, ReadOnlySpan<byte> payload, SsRxFlags flags)
        {
            _bytes += payload.Length;
            return SsResult.Continue;
        }

        public override SsResult OnState(SecureStream stream, in SsStateChange change)
        {
            switch (change.State)
            {
                case SsState.Connecting:
                    _bytes = 0;
                    break;
                case SsState.Disconnected when _bytes != BodyBytes || change.Cause.Code != SsCauseCode.Completed:
                case SsState.Unreachable or SsState.QosNackRemote:
                    _done.TrySetException(new InvalidOperationException($"{change.State} after {_bytes} bytes: {change.Cause}"));
                    break;
                case SsState.Disconnected when --_left > 0:
                    stream.Connect();
                    break;
                case SsState.Disconnected:
                    _done.TrySetResult();
                    break;
            }

            return SsResult.Continue;
        }
    }
}
