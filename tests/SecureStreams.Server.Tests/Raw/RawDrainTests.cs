using System.Net.Sockets;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.TestSupport.Time;

namespace SecureStreams.Server.Tests.Raw;

/// <summary>How a listener ends: in order, within its bound, or at once.</summary>
public sealed class RawDrainTests
{
    private const string Server = "\"srv\": { \"server\": true, \"protocol\": \"raw\", \"endpoint\": \"127.0.0.1\", \"drain_timeout_ms\": 5000 }";

    [Fact]
    public async Task Draining_tells_the_streams_accepts_no_more_and_waits_for_those_that_end()
    {
        await using var bench = new ServerBench(Server, new ManualTimeProvider());
        await using var listener = bench.Listen();
        using var socket = await ServerBench.ConnectAsync(listener);
        var handler = await bench.AcceptedAsync();
        await handler.WaitForStateAsync(SsState.Connected);
        var draining = listener.DrainAsync(TestContext.Current.CancellationToken).AsTask();
        await handler.WaitForStateAsync(SsState.EventWaitCancelled);
        Assert.Equal(SsCauseCode.ListenerDraining, handler.CauseOf(SsState.EventWaitCancelled).Code);
        Assert.Equal(SsState.Connected, bench.Streams.Single().State);
        await Assert.ThrowsAnyAsync<SocketException>(() => ServerBench.ConnectAsync(listener));

        // What is under way goes on.
        await socket.SendAsync("late"u8.ToArray());
        await handler.WaitForAsync(static one => one.ReceivedLength == 4);
        Assert.False(draining.IsCompleted);
        bench.Streams.Single().Disconnect();
        await EndOfAsync(socket);
        Assert.Equal(0, await draining.OrFail(static () => "The drain does not end."));
        Assert.Equal("Creating Connecting Connected EventWaitCancelled Disconnected Destroying", handler.Story);
        Assert.Equal(0, await listener.DrainAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("bound")]
    [InlineData("token")]
    [InlineData("dispose")]
    public async Task What_does_not_end_is_ended_by_the_bound_the_token_or_a_disposal(string by)
    {
        var clock = new ManualTimeProvider();
        await using var bench = new ServerBench(Server, clock);
        await using var listener = bench.Listen();
        using var socket = await ServerBench.ConnectAsync(listener);
        var handler = await bench.AcceptedAsync();
        await handler.WaitForStateAsync(SsState.Connected);
        using var token = new CancellationTokenSource();
        var draining = listener.DrainAsync(token.Token).AsTask();
        await handler.WaitForStateAsync(SsState.EventWaitCancelled);
        await clock.WaitForArmedExactlyAsync(TimeSpan.FromSeconds(5));
        switch (by)
        {
            case "bound":
                clock.Advance(TimeSpan.FromSeconds(5));
                break;
            case "token":
                await token.CancelAsync();
                break;
            default:
                _ = listener.DisposeAsync().AsTask();
                break;
        }

        await EndOfAsync(socket);
        Assert.Equal(1, await draining.OrFail(static () => "The drain does not end."));
        Assert.Equal("Creating Connecting Connected EventWaitCancelled Disconnected Destroying", handler.Story);
        Assert.Equal(SsCauseCode.LocalDestroy, handler.CauseOf(SsState.Disconnected).Code);
    }

    /// <summary>Reads to the end and answers with its own.</summary>
    private static async Task EndOfAsync(Socket socket)
    {
        while (await socket.ReceiveAsync(new byte[64]).OrFail(static () => "The connection does not end.") > 0)
        {
        }

        socket.Dispose();
    }

    [Fact]
    public async Task Connections_that_wait_to_be_accepted_are_served_before_the_listener_ends()
    {
        await using var bench = new ServerBench(Server);
        using var entered = new SemaphoreSlim(0);
        using var go = new ManualResetEventSlim();
        var first = 1;
        await using var listener = bench.Context.CreateListener("srv", _ =>
        {
            // The first holds up nobody but itself.
            if (Interlocked.Exchange(ref first, 0) == 1)
            {
                entered.Release();
                go.Wait(TestTimeouts.Unexpected);
            }

            var handler = new RecordingHandler();
            handler.OnStateDo(SsState.EventWaitCancelled, static stream => stream.Disconnect());
            handler.OnReceiveDo(static (stream, _, _) => SsResult.Disconnect);
            bench.Accepted.Enqueue(handler);
            return handler;
        });
        using var socket = await ServerBench.ConnectAsync(listener);
        await entered.WaitAsync(TestContext.Current.CancellationToken);
        var draining = listener.DrainAsync(TestContext.Current.CancellationToken).AsTask();
        go.Set();
        Assert.Equal(0, await draining.OrFail(static () => "The drain does not end."));

        // It is told of the drain, before or after it is connected, and ends because it asks for that.
        var story = (await bench.AcceptedAsync()).Story;
        Assert.StartsWith("Creating Connecting ", story, StringComparison.Ordinal);
        Assert.Equal(1, story.Split(' ').Count(static state => state == nameof(SsState.EventWaitCancelled)));
        Assert.EndsWith(" Destroying", story, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ended_inside_a_callback_of_one_of_its_streams_it_ends_by_itself()
    {
        await using var bench = new ServerBench(Server);
        SsListener? listener = null;
        var inside = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        listener = bench.Listen(setup: handler => handler.OnStateDo(SsState.Connected, _ => inside.SetResult(listener!.DrainAsync().AsTask().IsCompleted && listener.DisposeAsync().AsTask().IsCompleted)));
        using var socket = await ServerBench.ConnectAsync(listener);
        Assert.True(await inside.Task.OrFail(static () => "It was not connected."));
        await EndOfAsync(socket);
        await (await bench.AcceptedAsync()).WaitForStateAsync(SsState.Destroying);
        await listener.DisposeAsync().AsTask().OrFail(static () => "It does not end.");
    }
}
