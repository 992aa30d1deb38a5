using Microsoft.Extensions.Logging;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using Xunit;

namespace SecureStreams.Tests.Core;

/// <summary>A defect of a transport, or of what the program plugs in, ends at worst one stream, with a reason, and never hangs anything.</summary>
public sealed class DefectTests
{
    [Theory]
    [InlineData("Create")]
    [InlineData("Start")]
    [InlineData("Writer")]
    [InlineData("Pause")]
    public async Task A_transport_that_throws_destroys_its_stream_with_a_reason(string where)
    {
        using var log = new TestLog();
        log.Allow("InternalFailure");
        var factory = new LoopTransportFactory(where);
        await using var context = factory.NewContext(log);
        var handler = new RecordingHandler().OnStateDo(SsState.Connected, static s => s.PauseReceive());
        var stream = context.Create("link", handler);

        stream.Connect();
        await handler.WaitForStateAsync(SsState.Destroying);
        await stream.DisposeAsync().AsTask().OrFail(handler.Describe);

        var cause = handler.CauseOf(SsState.Destroying);
        Assert.Equal((SsCauseCode.InternalError, SsNextAction.Destroy), (cause.Code, cause.NextAction));
        Assert.Contains($"defect in {where}", string.Join('\n', context.Diagnostics.Find(cause.DetailId)!.Errors), StringComparison.Ordinal);
        Assert.All(factory.Made, static transport => Assert.Null(transport.Escaped));
        handler.AssertCleanAndDestroyed();
    }

    [Theory]
    [InlineData("Close")]
    [InlineData("Completion")]
    public async Task A_transport_that_fails_to_end_holds_nobody_up(string where)
    {
        using var log = new TestLog();
        log.Allow("InternalFailure");
        var context = new LoopTransportFactory(where).NewContext(log);
        var handler = new RecordingHandler();
        var stream = context.Create("link", handler);

        stream.Connect();
        await handler.WaitForStateAsync(SsState.Connected);
        await stream.DisposeAsync().AsTask().OrFail(handler.Describe);
        await context.DisposeAsync().AsTask().OrFail(handler.Describe);

        Assert.Contains(log.Entries, static entry => entry.Id.Name == "InternalFailure");
        Assert.Equal("Creating Connecting Connected Disconnected Destroying", handler.Story);
        handler.AssertCleanAndDestroyed();
    }

    [Fact]
    public async Task A_transport_that_fails_to_close_when_it_is_let_go_destroys_its_stream()
    {
        using var log = new TestLog();
        log.Allow("InternalFailure");
        await using var context = new LoopTransportFactory("Close").NewContext(log);
        var handler = new RecordingHandler().OnStateDo(SsState.Connected, static s => s.Disconnect());
        context.Create("link", handler).Connect();

        await handler.WaitForStateAsync(SsState.Destroying);
        Assert.Equal(SsCauseCode.InternalError, handler.CauseOf(SsState.Destroying).Code);
        Assert.Equal("Creating Connecting Connected Disconnected Destroying", handler.Story);
        handler.AssertCleanAndDestroyed();
    }

    [Fact]
    public async Task A_logger_that_throws_disturbs_no_stream()
    {
        var network = new SecureStreams.Transports.InMemory.InMemoryNetwork(TimeProvider.System) { OnAttempt = static peer => peer.Accept() };
        await using var context = SsContext.FromJson(CoreBench.Policy, new SsContextOptions { LoggerFactory = new ThrowingLog(), Transports = _ => network });
        var handler = new RecordingHandler();
        var stream = context.Create("link", handler);

        stream.Connect();
        await handler.WaitForStateAsync(SsState.Connected);
        stream.Disconnect();
        await handler.WaitForStateAsync(SsState.Disconnected);
        await stream.DisposeAsync();
        Assert.Equal("Creating Connecting Connected Disconnected Destroying", handler.Story);
        Assert.Equal(SsCauseCode.LocalDestroy, handler.CauseOf(SsState.Destroying).Code);
    }

    [Fact]
    public async Task A_subscriber_that_ends_the_stream_it_hears_of_gets_it_ended()
    {
        await using var bench = new CoreBench();
        bench.Network.OnAttempt = static peer => peer.Close(CoreBench.Refused);
        var (stream, handler) = bench.Create("link");
        using var subscription = bench.Context.Diagnostics.Subscribe(detail =>
        {
            // On the stream's own mailbox: waiting there must not hang.
            stream.DisposeAsync().AsTask().Wait(TestContext.Current.CancellationToken);
        });

        stream.Connect();
        await handler.WaitForStateAsync(SsState.Destroying);
        handler.AssertCleanAndDestroyed();
    }

    private sealed class ThrowingLog : ILoggerFactory, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public void Dispose()
        {
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            // Policy warnings are logged by the context's maker, on the caller's thread.
            if (eventId.Id is >= 1000 and < 1100)
                throw new InvalidOperationException("the log is full");
        }
    }
}
