using System.Net;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.TestSupport.Servers;
using Xunit;

namespace SecureStreams.Tests.Integration;

/// <summary>The end of a context under a request whose content is other people's code.</summary>
public sealed class ClientEndTests
{
    [Fact]
    public async Task Content_that_throws_when_it_is_cancelled_keeps_no_stream_from_ending()
    {
        await using var host = await KestrelTestHost.StartAsync();
        using var log = new TestLog();
        var context = SsContext.FromJson(ClientBench.Policy(ClientBench.Attributes(host, "h1", "\"http_method\": \"POST\"")), new() { LoggerFactory = log });
        var handler = new RecordingHandler();
        context.Create("api", handler);
        using var client = context.CreateHttpClient("api");
        using var content = new ThrowsWhenCancelled();
        var request = client.PostAsync("echo", content, TestContext.Current.CancellationToken);
        await content.Started.OrFail(static () => "The content was not asked for.");

        var error = await Assert.ThrowsAnyAsync<Exception>(() => context.DisposeAsync().AsTask().OrFail(static () => "Disposing the context does not end."));

        Assert.Contains("on purpose", error.ToString(), StringComparison.Ordinal);
        Assert.Equal("Creating Destroying", handler.Story);
        content.End();
        await Assert.ThrowsAnyAsync<Exception>(() => request.OrFail(static () => "The request does not end."));
    }

    private sealed class ThrowsWhenCancelled : HttpContent
    {
        private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Started => _started.Task;

        public void End() => _ended.TrySetException(new IOException("The content has ended."));

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => _ended.Task;

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            await using var registration = cancellationToken.Register(static () => throw new InvalidOperationException("on purpose"));
            _started.TrySetResult();
            await _ended.Task;
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
