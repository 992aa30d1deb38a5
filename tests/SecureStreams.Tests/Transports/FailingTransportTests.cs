using SecureStreams.Tests.Transports.Http;
using SecureStreams.Transports;
using Xunit;

namespace SecureStreams.Tests.Transports;

public class FailingTransportTests
{
    private static readonly TransportFailure Failure = new(SsPhase.Update, SsCauseCode.StreamTypeRemoved, "There is no such thing.");

    [Fact]
    public async Task The_cause_is_told_and_who_waits_for_the_end_goes_on_in_the_turn_that_tells_it()
    {
        var run = new TransportRun(HttpBench.Policy(80));
        var waiting = new TaskCompletionSource<Task<bool>>(TaskCreationOptions.RunContinuationsAsynchronously);

        // As a stream does that ends because of it: it begins to wait when it is told.
        run.OnEvent = _ => waiting.SetResult(IsInTheTurnAsync());
        run.Start(new Factory());
        Assert.Same(Failure, await run.EndAsync());
        Assert.Equal("closed", run.Story);
        Assert.True(await await waiting.Task);

        async Task<bool> IsInTheTurnAsync()
        {
            Assert.False(run.Transport.Completion.IsCompleted);
            await run.Transport.Completion.ConfigureAwait(false);
            return run.Mailbox.IsCurrent;
        }
    }

    private sealed class Factory : ITransportFactory
    {
        public StreamTransport Create(TransportSetup setup) => new FailingTransport(setup, Failure);

        public void RenewConnections()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
