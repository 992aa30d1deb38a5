using System.Diagnostics;
using System.Net;
using SecureStreams.Core;
using SecureStreams.Implementation;
using SecureStreams.Policy;
using SecureStreams.TestSupport.Servers;
using SecureStreams.Transports;
using Xunit;

namespace SecureStreams.Tests.Transports.Http;

/// <summary>What a transaction costs at the seam beside the same request with the platform's bare invoker.</summary>
[Collection(Core.AloneCollection.Name)]
public sealed class HttpCostTests(ITestOutputHelper output)
{
    private static readonly string Body = new('x', 128);

    [Fact]
    public async Task A_keep_alive_get_allocates_little_more_than_a_bare_one() =>
        Assert.InRange(await ExtraBytesAsync("over keep-alive", Scripts.Answer(Body), 2000), -2000, 1024);

    /// <summary>A connection each, with what is told of it: the way, the addresses tried, the timings. A handler of the platform for each would be 4 KiB more.</summary>
    [Fact]
    public async Task A_get_with_a_connection_of_its_own_allocates_little_more_than_a_bare_one() =>
        Assert.InRange(await ExtraBytesAsync("with a connection each", Scripts.AnswerRaw($"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {Body.Length}\r\n\r\n{Body}"), 400), -2000, 4000);

    private async Task<long> ExtraBytesAsync(string what, ConnectionScript answer, int rounds)
    {
        await using var server = ScriptedServer.Start(answer);
        using var bare = new HttpMessageInvoker(new SocketsHttpHandler { UseCookies = false, UseProxy = false, AllowAutoRedirect = false, ActivityHeadersPropagator = null });
        var uri = new Uri($"http://127.0.0.1:{server.Port}/");
        async Task BareAsync()
        {
            var buffer = new byte[16 * 1024];
            for (var i = 0; i < rounds; i++)
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, uri) { Version = HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
                using var response = await bare.SendAsync(request, CancellationToken.None);
                using var stream = await response.Content.ReadAsStreamAsync();
                while (await stream.ReadAsync(buffer) > 0)
                {
                }
            }
        }

        await using var bench = new HttpBench(SsPlatform.System);
        var policy = HttpBench.Policy(server.Port);
        async Task OursAsync()
        {
            var stream = new Loop(bench.Factory, policy, rounds);
            stream.Start();
            await stream.Done;
        }

        // In turns, the best of each: the first rounds compile, and the machine has other things to do.
        var (bareBytes, bareTime, ourBytes, ourTime) = (long.MaxValue, double.MaxValue, long.MaxValue, double.MaxValue);
        for (var turn = 0; turn < 6; turn++)
        {
            var (bytes, time) = await MeasureAsync(BareAsync, rounds);
            (bareBytes, bareTime) = (Math.Min(bytes, bareBytes), Math.Min(time, bareTime));
            (bytes, time) = await MeasureAsync(OursAsync, rounds);
            (ourBytes, ourTime) = (Math.Min(bytes, ourBytes), Math.Min(time, ourTime));
        }

        output.WriteLine($"per GET {what}, scripted server included: bare {bareBytes} B {bareTime:0.0} us, transport {ourBytes} B {ourTime:0.0} us, difference {ourBytes - bareBytes} B");
        return ourBytes - bareBytes;
    }

    private static async Task<(long Bytes, double Microseconds)> MeasureAsync(Func<Task> run, int rounds)
    {
        var before = GC.GetTotalAllocatedBytes(precise: true);
        var clock = Stopwatch.StartNew();
        await run();
        return ((GC.GetTotalAllocatedBytes(precise: true) - before) / rounds, clock.Elapsed.TotalMicroseconds / rounds);
    }

    /// <summary>Starts the next transaction from the end of the last, as a stream does.</summary>
    private sealed class Loop(ITransportFactory factory, StreamTypePolicy policy, int rounds) : ITransportSink, IMailboxWork
    {
        private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Mailbox _mailbox = new(SsScheduler.ThreadPool, static _ => { });
        private readonly MetadataStore _metadata = new(policy);
        private int _left = rounds;

        public Task Done => _done.Task;

        public void Start() => _mailbox.Post(this);

        void IMailboxWork.RunOnMailbox(long argument) => Next();

        void ITransportSink.ConnectedOnMailbox(StreamTransport transport)
        {
        }

        void ITransportSink.WritableOnMailbox(StreamTransport transport, bool due)
        {
        }

        void ITransportSink.ReceivedOnMailbox(StreamTransport transport, ReadOnlySpan<byte> payload, SsRxFlags flags)
        {
        }

        void ITransportSink.UserStateOnMailbox(StreamTransport transport, SsState state, int status)
        {
        }

        void ITransportSink.RestartedOnMailbox(StreamTransport transport, TransportFailure reason)
        {
        }

        void ITransportSink.AcknowledgedOnMailbox(StreamTransport transport, bool ack, TransportFailure? refusal, int status, long message)
        {
        }

        void ITransportSink.ClosedOnMailbox(StreamTransport transport, TransportFailure? failure)
        {
            if (failure is not null)
                _done.TrySetException(new TransportException(failure));
            else if (--_left == 0)
                _done.TrySetResult();
            else
                Next();
        }

        private void Next() => factory.Create(new TransportSetup(_mailbox, this, policy, _metadata, null, false)).StartOnMailbox();
    }
}
