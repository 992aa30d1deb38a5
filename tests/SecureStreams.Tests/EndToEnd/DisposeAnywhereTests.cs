using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.TestSupport.Servers;
using Xunit;

namespace SecureStreams.Tests.EndToEnd;

/// <summary>Over real sockets: ended from inside every callback and from another thread at every state, nothing is left running.</summary>
public sealed class DisposeAnywhereTests
{
    public static TheoryData<string, string, string> Cases()
    {
        var data = new TheoryData<string, string, string>();
        foreach (var kind in new[] { "h1", "h1s", "h2", "raw", "raws" })
        {
            foreach (var at in new[] { "Creating", "Connecting", "OnTransmit", "Connected", "OnReceive", "QosAckRemote", "Disconnected" })
            {
                if (at == "QosAckRemote" && kind.StartsWith("raw", StringComparison.Ordinal))
                    continue; // Nobody acknowledges bytes.
                foreach (var how in new[] { "result", "dispose", "disconnect", "thread-dispose", "thread-disconnect" })
                    data.Add(kind, at, how);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Ending_a_stream_anywhere_leaves_nothing_running(string kind, string at, string how)
    {
        await using var host = await KestrelTestHost.StartAsync();
        using var log = new TestLog();
        var context = SsContext.FromJson(LoopbackPolicy.Around(LoopbackPolicy.StreamType("x", host, kind, "echo", "POST")), new() { LoggerFactory = log });
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task disposal = Task.CompletedTask;
        var ended = 0;
        var body = new byte[100_000];
        var sent = 0;

        var handler = new RecordingHandler()
            .OnReceiveDo((s, _, _) => at == "OnReceive" ? End(s) : SsResult.Continue)
            .OnTransmitDo((SecureStream s, scoped ref SsTransmit tx) =>
            {
                if (at == "OnTransmit")
                    return (SsTransmitResult)(int)End(s);
                var count = Math.Min(tx.Buffer.Length, body.Length - sent);
                sent += count;
                tx.Commit(count, sent == body.Length ? SsTxFlags.EndOfMessage | SsTxFlags.EndOfStream : SsTxFlags.None);
                if (sent < body.Length)
                    s.RequestTransmit();
                return SsTransmitResult.Send;
            });
        if (Enum.TryParse<SsState>(at, out var state))
            handler.OnStateDo(state, (SecureStream s, in SsStateChange _) => End(s));

        SecureStream? stream = null;
        try
        {
            stream = context.Create("x", handler);
            stream.RequestTransmit(body.Length);
        }
        catch (Exception error) when (error is SsCreationRefusedException or ObjectDisposedException)
        {
            Assert.Equal("Creating", at);
        }

        await reached.Task.OrFail(handler.Describe);
        await disposal.OrFail(handler.Describe);
        await context.DisposeAsync().AsTask().OrFail(handler.Describe);
        var events = handler.Events.Count;

        handler.AssertCleanAndDestroyed();
        log.AssertClean();
        Assert.Equal(SsState.Destroying, handler.States[^1]);
        Assert.Equal(events, handler.Events.Count);

        SsResult End(SecureStream s)
        {
            if (Interlocked.Exchange(ref ended, 1) != 0)
                return SsResult.Continue;
            var result = SsResult.Continue;
            switch (how)
            {
                case "result":
                    result = SsResult.Destroy;
                    break;
                case "dispose":
                    disposal = s.DisposeAsync().AsTask();
                    Assert.True(disposal.IsCompleted, "Dispose inside a callback completes at once.");
                    break;
                case "disconnect":
                    s.Disconnect();
                    break;
                case "thread-dispose":
                    disposal = Task.Run(async () => await s.DisposeAsync(), TestContext.Current.CancellationToken);
                    break;
                case "thread-disconnect":
                    disposal = Task.Run(s.Disconnect, TestContext.Current.CancellationToken);
                    break;
            }

            // Last: who waits for this then looks at the disposal.
            reached.SetResult();
            return result;
        }
    }
}
