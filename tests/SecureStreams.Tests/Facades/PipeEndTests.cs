using System.IO.Pipelines;
using SecureStreams.TestSupport.Checks;
using SecureStreams.Tests.Core;
using SecureStreams.Transports.InMemory;
using Xunit;

namespace SecureStreams.Tests.Facades;

/// <summary>What a pipe asks for while its connection ends, on the real core, one thread and virtual time.</summary>
public sealed class PipeEndTests
{
    private readonly ManualScheduler _scheduler = new();
    private readonly List<InMemoryPeer> _peers = [];
    private readonly CoreBench _bench;

    public PipeEndTests()
    {
        _bench = new CoreBench(FacadeBench.Policy, scheduler: _scheduler);
        _bench.Network.OnAttempt = peer =>
        {
            _peers.Add(peer);
            peer.Accept();
        };
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("flush")]
    [InlineData("complete")]
    public async Task What_is_written_while_its_transaction_ends_begins_no_other(string what)
    {
        var (stream, handler) = _bench.Create("post");
        var pipe = stream.AsDuplexPipe();
        _scheduler.RunUntilIdle();
        await pipe.Output.WriteAsync("first"u8.ToArray(), Token);
        _scheduler.RunUntilIdle();

        // The peer answers before it has read all: its end is on its way to the stream when the application writes.
        _peers[0].Acknowledge(ack: true, 200);
        _peers[0].Close(null);
        if (what == "flush")
            await pipe.Output.WriteAsync("more"u8.ToArray(), Token);
        else
            await pipe.Output.CompleteAsync();
        _scheduler.RunUntilIdle();

        Assert.Single(_peers);
        Assert.Equal("Creating Connecting Connected QosAckRemote Disconnected", handler.Story);
        await EndAsync();
    }

    [Fact]
    public async Task A_pipe_that_the_callback_which_made_it_gives_up_ends_and_leaves_nobody_waiting()
    {
        IDuplexPipe? pipe = null;
        var (stream, _) = _bench.Create("get", handler => handler.OnStateDo(SsState.Disconnected, (SecureStream s, in SsStateChange _) =>
        {
            pipe = s.AsDuplexPipe();
            s.Disconnect();
            return SsResult.Continue;
        }));
        stream.Connect();
        _scheduler.RunUntilIdle();
        _peers[0].Acknowledge(ack: true, 200);
        _peers[0].Close(null);
        _scheduler.RunUntilIdle();

        Assert.Single(_peers);
        var read = Task.Run(async () => await pipe!.Input.ReadAsync(Token), Token);
        await Assert.ThrowsAsync<SsStreamException>(() => read.OrFail(static () => "The read waits for a connection that nobody will make."));
        await EndAsync();
    }

    [Fact]
    public async Task A_pipe_begun_when_a_connection_ended_is_not_ended_by_it()
    {
        IDuplexPipe? pipe = null;
        var (stream, _) = _bench.Create("link", handler => handler.OnStateDo(SsState.Disconnected, s => pipe ??= s.AsDuplexPipe()));
        await stream.ReadMessagesAsync(Token).DisposeAsync();
        stream.Connect();
        _scheduler.RunUntilIdle();
        _peers[0].Close(CoreBench.Reset);
        _scheduler.RunUntilIdle();
        Assert.Equal(2, _peers.Count);

        _peers[1].Send("hello"u8.ToArray(), SsRxFlags.None);
        _scheduler.RunUntilIdle();
        Assert.True(pipe!.Input.TryRead(out var read));
        Assert.Equal("hello"u8.ToArray(), read.Buffer.First.ToArray());
        pipe.Input.AdvanceTo(read.Buffer.End);
        await EndAsync();
    }

    private async Task EndAsync()
    {
        var disposal = _bench.DisposeAsync().AsTask();
        _scheduler.RunUntilIdle();
        await disposal;
    }
}
