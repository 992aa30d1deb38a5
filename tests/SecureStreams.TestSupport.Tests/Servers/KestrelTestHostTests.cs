using System.Net;
using SecureStreams.TestSupport.Certificates;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.TestSupport.Servers;

namespace SecureStreams.TestSupport.Tests.Servers;

public class KestrelTestHostTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("h1")]
    [InlineData("h1s")]
    [InlineData("h2")]
    [InlineData("h2c")]
    public async Task Bytes_hash_and_echo_work_on_every_port(string protocol)
    {
        await using var host = await KestrelTestHost.StartAsync();
        var (client, root, counters) = Reach(host, protocol);
        using (client)
        {
            var bytes = await client.GetByteArrayAsync($"{root}/bytes/100000?seed=5", Cancellation);
            Assert.Equal(DeterministicBytes.Make(100_000, 5), bytes);

            using var sized = new ByteArrayContent(bytes);
            Assert.Equal($"{DeterministicBytes.Sha256(100_000, 5)} 100000 content-length", await PostAsync(client, $"{root}/hash", sized));
            using var unsized = new StreamContent(new Unseekable(bytes));
            Assert.Equal($"{DeterministicBytes.Sha256(100_000, 5)} 100000 chunked", await PostAsync(client, $"{root}/hash", unsized));
            Assert.EndsWith(" 0 none", await client.GetStringAsync($"{root}/hash", Cancellation), StringComparison.Ordinal);

            using var echo = new ByteArrayContent(bytes);
            using var echoed = await client.PostAsync($"{root}/echo", echo, Cancellation);
            Assert.Equal(bytes, await echoed.Content.ReadAsByteArrayAsync(Cancellation));
        }

        Assert.Equal(5, host.Requests.Count);
        Assert.Equal(1, counters.Accepted);
        Assert.Equal(1, counters.Established);
        Assert.True(counters.Bytes > 300_000, $"{counters.Bytes}");
        Assert.True(counters.RawBytes >= counters.Bytes, $"{counters.RawBytes} < {counters.Bytes}");
    }

    [Fact]
    public async Task Plain_answers()
    {
        await using var host = await KestrelTestHost.StartAsync();
        using var client = TestClient.H1();
        var root = $"http://127.0.0.1:{host.HttpPort}";

        Assert.Equal("status 418", await BodyOfAsync("/status/418", 418));
        Assert.Equal("", await BodyOfAsync("/status/204", 204));
        Assert.Equal("", await BodyOfAsync("/no-body", 200));
        Assert.Equal("no such test endpoint", await BodyOfAsync("/else", 404));
        Assert.Equal(DeterministicBytes.Make(3).Length, (await client.GetByteArrayAsync($"{root}/bytes/3?chunked=1", Cancellation)).Length);

        using var busy = await client.GetAsync($"{root}/retry-after/7?code=429", Cancellation);
        Assert.Equal(429, (int)busy.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(7), busy.Headers.RetryAfter!.Delta);

        using var request = new HttpRequestMessage(HttpMethod.Get, $"{root}/headers?q=1");
        request.Headers.Add("X-Test", ["one", "two"]);
        using var answer = await client.SendAsync(request, Cancellation);
        var head = await answer.Content.ReadAsStringAsync(Cancellation);
        Assert.StartsWith("GET /headers?q=1 HTTP/1.1\n", head, StringComparison.Ordinal);
        Assert.Contains($"Host: 127.0.0.1:{host.HttpPort}\n", head, StringComparison.Ordinal);
        Assert.Equal("one, two", host.Requests[^1].Header("x-test"));

        async Task<string> BodyOfAsync(string path, int status)
        {
            using var response = await client.GetAsync(root + path, Cancellation);
            Assert.Equal(status, (int)response.StatusCode);
            return await response.Content.ReadAsStringAsync(Cancellation);
        }
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(303)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task Redirects(int code)
    {
        await using var host = await KestrelTestHost.StartAsync();
        using var client = TestClient.H1();
        var root = $"http://127.0.0.1:{host.HttpPort}";
        Assert.Equal($"/redirect/1?code={code}&to=%2Fend", await LocationAsync($"/redirect/2?code={code}&to=/end"));
        Assert.Equal("/end", await LocationAsync($"/redirect/1?code={code}&to=%2Fend"));
        Assert.Equal($"/redirect-loop?code={code}", await LocationAsync($"/redirect-loop?code={code}"));
        Assert.Equal("https://localhost:1/x", await LocationAsync($"/redirect-to?code={code}&url=https://localhost:1/x"));
        Assert.Null(await LocationAsync($"/redirect-to?code={code}"));

        async Task<string?> LocationAsync(string path)
        {
            using var response = await client.GetAsync(root + path, Cancellation);
            Assert.Equal(code, (int)response.StatusCode);
            return response.Headers.Location?.OriginalString;
        }
    }

    [Fact]
    public async Task A_gate_waits_for_the_test_and_a_hang_for_the_client()
    {
        await using var host = await KestrelTestHost.StartAsync();
        using var client = TestClient.H1();
        var root = $"http://127.0.0.1:{host.HttpPort}";

        var waiting = client.GetStringAsync($"{root}/gate/one", Cancellation);
        await host.WaitForRequestAsync("/gate/one");
        Assert.False(waiting.IsCompleted);
        host.OpenGate("one");
        Assert.Equal("open", await waiting);

        using var giveUp = new CancellationTokenSource();
        var hanging = client.GetStringAsync($"{root}/hang", giveUp.Token);
        await host.WaitForRequestAsync("/hang");
        Assert.False(hanging.IsCompleted);
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => hanging);
    }

    [Fact]
    public async Task Delay_and_slow_run_on_the_given_clock()
    {
        var time = new TestSupport.Time.ManualTimeProvider();
        await using var host = await KestrelTestHost.StartAsync(new KestrelTestHostOptions { Time = time });
        using var client = TestClient.H1();
        var root = $"http://127.0.0.1:{host.HttpPort}";

        var late = client.GetStringAsync($"{root}/delay/60000", Cancellation);
        await time.WaitForArmedExactlyAsync(TimeSpan.FromSeconds(60));
        time.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal("late", await late);

        var slow = client.GetByteArrayAsync($"{root}/slow/2?ms=1000", Cancellation);
        for (var i = 0; i < 2; i++)
        {
            await time.WaitForArmedExactlyAsync(TimeSpan.FromSeconds(1));
            time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(DeterministicBytes.Make(2), await slow);
    }

    [Fact]
    public async Task Echo_is_duplex_on_h2()
    {
        await using var host = await KestrelTestHost.StartAsync();
        using var client = TestClient.H2();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"https://localhost:{host.H2Port}/echo") { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using var content = new DuplexContent();
        request.Content = content;
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
        var body = await response.Content.ReadAsStreamAsync(Cancellation);
        var upload = await content.Stream;
        var buffer = new byte[4];
        for (var round = 0; round < 3; round++)
        {
            await upload.WriteAsync("ping"u8.ToArray(), Cancellation);
            await upload.FlushAsync(Cancellation);
            await body.ReadExactlyAsync(buffer, Cancellation);
        }

        content.Complete();
        Assert.Equal(0, await body.ReadAsync(buffer, Cancellation));
    }

    [Theory]
    [InlineData("h1s")]
    [InlineData("h2")]
    public async Task Nothing_of_a_request_arrives_when_the_certificate_is_refused(string protocol)
    {
        await using var host = await KestrelTestHost.StartAsync(new KestrelTestHostOptions { Certificate = TestCertificates.OtherServer });
        var (client, root, counters) = Reach(host, protocol);
        using (client)
            await Assert.ThrowsAsync<HttpRequestException>(() => client.GetStringAsync($"{root}/bytes/1", Cancellation));
        Assert.Equal(1, counters.Accepted);
        Assert.Equal(0, counters.Bytes);
        Assert.Empty(host.Requests);
    }

    [Fact]
    public async Task Abort_cuts_and_goaway_closes()
    {
        await using var host = await KestrelTestHost.StartAsync();
        foreach (var protocol in new[] { "h1", "h2c" })
        {
            var (client, root, counters) = Reach(host, protocol);
            using (client)
            {
                await Assert.ThrowsAnyAsync<Exception>(() => client.GetByteArrayAsync($"{root}/abort/1000", Cancellation));
                var before = counters.Accepted;
                Assert.Equal("going", await client.GetStringAsync($"{root}/goaway", Cancellation));
                Assert.Equal("going", await client.GetStringAsync($"{root}/goaway", Cancellation));
                Assert.InRange(counters.Accepted - before, 1, 2);
            }
        }
    }

    [Fact]
    public async Task A_stopped_host_leaves_no_socket_and_logs_no_error()
    {
        var leaks = new LeakCheck();
        using var log = new TestLog();
        await using var host = await KestrelTestHost.StartAsync(new KestrelTestHostOptions { Log = log });
        int[] ports = [host.HttpPort, host.HttpsPort, host.H2Port, host.H2cPort, host.EitherPort];
        using (var client = TestClient.H1())
        {
            var hanging = client.GetStringAsync($"http://127.0.0.1:{host.HttpPort}/hang?head=1", Cancellation);
            await host.WaitForRequestAsync("/hang?head=1");
            await host.DisposeAsync();
            await Assert.ThrowsAnyAsync<Exception>(() => hanging);
        }

        await leaks.AssertNoNewSocketsAsync(ports);
        Assert.NotEmpty(log.Entries);
        Assert.DoesNotContain(log.Entries, static entry => entry.Level >= Microsoft.Extensions.Logging.LogLevel.Error);
    }

    private static (HttpClient Client, string Root, ConnectionCounters Counters) Reach(KestrelTestHost host, string protocol) => protocol switch
    {
        "h1" => (TestClient.H1(), $"http://127.0.0.1:{host.HttpPort}", host.Http),
        "h1s" => (TestClient.H1(), $"https://localhost:{host.HttpsPort}", host.Https),
        "h2" => (TestClient.H2(), $"https://localhost:{host.H2Port}", host.H2),
        _ => (TestClient.H2(), $"http://127.0.0.1:{host.H2cPort}", host.H2c),
    };

    private static async Task<string> PostAsync(HttpClient client, string url, HttpContent content)
    {
        using var response = await client.PostAsync(url, content, Cancellation);
        return await response.Content.ReadAsStringAsync(Cancellation);
    }

    private sealed class Unseekable(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }

    private sealed class DuplexContent : HttpContent
    {
        private readonly TaskCompletionSource<Stream> _stream = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<Stream> Stream => _stream.Task;

        public void Complete() => _done.TrySetResult();

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            _stream.TrySetResult(stream);
            await stream.FlushAsync();
            await _done.Task;
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
