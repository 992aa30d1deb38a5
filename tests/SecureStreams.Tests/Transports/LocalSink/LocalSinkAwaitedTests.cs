using SecureStreams.TestSupport.Handlers;
using SecureStreams.Tests.Core;
using Xunit;

namespace SecureStreams.Tests.Transports.LocalSink;

/// <summary>What is awaited of a stream from the moment it is accepted, before it has a handler.</summary>
public sealed class LocalSinkAwaitedTests
{
    private readonly ManualScheduler _scheduler = new();

    [Fact]
    public async Task A_reader_made_while_the_stream_is_accepted_gets_its_messages_and_the_handler_its_states()
    {
        var bench = new SinkBench(_scheduler);
        SsMessageReader? reader = null;
        var accepted = new RecordingHandler();
        bench.Context.CreateListener("work", stream =>
        {
            reader = stream.ReadMessagesAsync();
            return accepted;
        });
        var source = bench.Context.Create("work");
        var sent = source.SendAsync("hello"u8.ToArray(), TestContext.Current.CancellationToken);
        _scheduler.RunUntilIdle();
        await sent;

        var read = reader!.ReadAsync(TestContext.Current.CancellationToken);
        Assert.True(read.IsCompleted, "The message went past the reader.");
        using var message = await read;
        Assert.Equal("hello"u8.ToArray(), message!.Payload.ToArray());
        Assert.Equal("Creating Connecting Connected", accepted.Story);
        await EndAsync(bench);
    }

    [Fact]
    public async Task A_reader_of_a_stream_that_is_refused_comes_to_its_end()
    {
        var bench = new SinkBench(_scheduler);
        Task<SsMessage?>? read = null;
        bench.Context.CreateListener("once", stream =>
        {
            read = stream.ReadMessagesAsync().ReadAsync().AsTask();
            return null;
        });
        bench.Context.Create("once").Connect();
        _scheduler.RunUntilIdle();

        Assert.NotNull(read);
        Assert.Null(await read.WaitAsync(TestSupport.Checks.TestTimeouts.Unexpected, TestContext.Current.CancellationToken));
        await EndAsync(bench);
    }

    private async Task EndAsync(SinkBench bench)
    {
        var disposal = bench.DisposeAsync().AsTask();
        _scheduler.RunUntilIdle();
        await disposal;
    }
}
