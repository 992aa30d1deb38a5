using System.Net.Sockets;
using SecureStreams.Implementation;
using SecureStreams.Network;
using SecureStreams.Server.Raw;
using SecureStreams.TestSupport.Checks;

namespace SecureStreams.Server.Tests.Raw;

/// <summary>A connection whose turn cannot be scheduled is closed, and nothing waits for it.</summary>
public sealed class RefusingSchedulerTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("\"protocol\": \"raw\"")]
    [InlineData("\"protocol\": \"h1\", \"sniff_protocol\": true", "\"feed\": { \"server\": true, \"protocol\": \"raw\", \"endpoint\": \"!srv\" }")]
    public async Task A_turn_that_is_refused_closes_its_connection_and_does_not_hold_up_a_drain(string protocol, string? joined = null)
    {
        var scheduler = new RefusingScheduler();
        await using var bench = new ServerBench($"\"srv\": {{ \"server\": true, {protocol}, \"endpoint\": \"127.0.0.1\" }}{(joined is null ? "" : ", " + joined)}", platform: new SsPlatform { Scheduler = scheduler });
        bench.Log.Allow("internal failure of the listener");
        var listener = (ServerListener)bench.Echo();
        await using var ending = listener;
        await using var feed = joined is null ? null : bench.Echo("feed");
        using (var refused = await ServerBench.ConnectAsync(listener))
        {
            await refused.SendAsync("hello"u8.ToArray(), Token);
            Assert.Equal(0, await EndAsync(refused));
        }

        Assert.True(scheduler.HasRefused);
        using (var next = await ServerBench.ConnectAsync(listener))
        {
            await next.SendAsync("hello"u8.ToArray(), Token);
            var buffer = new byte[5];
            for (var got = 0; got < 5;)
                got += await next.ReceiveAsync(buffer.AsMemory(got), Token).AsTask().OrFail(static () => "No echo.");
            Assert.Equal("hello"u8.ToArray(), buffer);
            next.Shutdown(SocketShutdown.Both);
        }

        await Poll.UntilAsync(() => listener.Connections == 0, () => $"{listener.Connections} connections");
        Assert.Equal(0, await listener.DrainAsync(Token).AsTask().OrFail(static () => "The drain does not end."));
    }

    private static async Task<int> EndAsync(Socket socket)
    {
        try
        {
            return await socket.ReceiveAsync(new byte[16].AsMemory(), Token).AsTask().OrFail(static () => "The connection stays open.");
        }
        catch (SocketException)
        {
            return 0; // Reset, since what it has sent was not read.
        }
    }

    /// <summary>Breaks its word once.</summary>
    private sealed class RefusingScheduler : SsScheduler
    {
        private int _refused;

        public bool HasRefused => Volatile.Read(ref _refused) != 0;

        public override void Schedule(IThreadPoolWorkItem work)
        {
            if (work is RawArrival && Interlocked.Exchange(ref _refused, 1) == 0)
                throw new InvalidOperationException("It is refused.");
            ThreadPool.Schedule(work);
        }
    }
}
