using System.Collections.Concurrent;
using System.Net;
using SecureStreams.Remote;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Time;

namespace SecureStreams.Tests.Remote;

/// <summary>Reports to a server that is slow, on virtual time.</summary>
public sealed class PolicyReporterTests : IDisposable
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(5);

    private readonly ManualTimeProvider _clock = new();
    private readonly TestLog _log = new();
    private readonly SlowServer _server = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly PolicyReporter _reporter;
    private readonly Task _running;

    public PolicyReporterTests()
    {
        _reporter = new PolicyReporter(_ => new HttpClient(_server, disposeHandler: false) { BaseAddress = new Uri("http://reports.invalid/"), Timeout = Timeout.InfiniteTimeSpan }, Bound, _clock, _log.CreateLogger("test"));
        _running = _reporter.RunAsync(_stop.Token);
    }

    public void Dispose()
    {
        _stop.Dispose();
        _server.Dispose();
        _log.Dispose();
    }

    [Fact]
    public async Task Of_those_that_wait_for_a_slow_server_the_newest_eight_are_sent()
    {
        _reporter.Add([0]);
        await _server.WaitForAsync(0);
        for (byte number = 1; number <= 20; number++)
            _reporter.Add([number]);
        _server.Open();
        await _server.WaitForAsync(20);
        Assert.Equal(8, PolicyReporter.MostWaiting);
        Assert.Equal([0, .. Enumerable.Range(13, 8)], _server.Got);
        await EndAsync();
    }

    [Fact]
    public async Task One_that_takes_too_long_is_given_up_for_the_next()
    {
        _reporter.Add([0]);
        _reporter.Add([1]);
        await _server.WaitForAsync(0);
        await _clock.WaitForArmedExactlyAsync(Bound);
        _clock.Advance(Bound - TimeSpan.FromMilliseconds(1));
        Assert.Equal([0], _server.Got);
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        await _server.WaitForAsync(1);
        Assert.Single(_log.Entries, static one => one.Id.Name == "RemotePolicyReportLost");
        _server.Open();
        _reporter.Add([2]);
        await _server.WaitForAsync(2);
        Assert.Single(_log.Entries, static one => one.Id.Name == "RemotePolicyReportLost");
        await EndAsync();
    }

    private async Task EndAsync()
    {
        await _stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _running.OrFail(static () => "It does not end."));
        _clock.AssertNoArmedTimers();
        _log.AssertClean();
    }

    /// <summary>Answers nothing until it is opened.</summary>
    private sealed class SlowServer : HttpMessageHandler
    {
        private readonly ConcurrentQueue<int> _got = new();
        private readonly ConcurrentDictionary<int, TaskCompletionSource> _arrivals = new();
        private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int[] Got => [.. _got];

        public void Open() => _open.TrySetResult();

        public Task WaitForAsync(int number) => Arrival(number).Task.OrFail(() => $"Report {number} does not come; there are {string.Join(", ", Got)}.");

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            int number = (await request.Content!.ReadAsByteArrayAsync(cancellationToken))[0];
            _got.Enqueue(number);
            Arrival(number).TrySetResult();
            await _open.Task.WaitAsync(cancellationToken);
            return new HttpResponseMessage(HttpStatusCode.NoContent);
        }

        private TaskCompletionSource Arrival(int number) => _arrivals.GetOrAdd(number, static _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
    }
}
