using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using SecureStreams.Policy;
using SecureStreams.Server.Listening;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Time;

namespace SecureStreams.Server.Tests.Listening;

/// <summary>Accepting goes on whatever keeps the operating system from it, and what is too much is closed unread.</summary>
public sealed class AcceptTests
{
    private const string Policy = """
        { "s": [{ "srv": { "server": true, "protocol": "raw", "endpoint": "127.0.0.1", "max_connections": 3, "max_connections_per_peer": 2 } }] }
        """;

    [Fact]
    public async Task Without_file_descriptors_it_waits_says_so_once_and_goes_on()
    {
        var clock = new ManualTimeProvider();
        var log = new TestLog().Allow("has no file descriptor left");
        var fails = 3;
        var accepted = new TaskCompletionSource<AcceptedSocket>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var listening = ListenSocket.Bind(PolicyOf, new SsPlatform { Time = clock }, log.CreateLogger("test"), acceptor: (socket, stop) => fails-- > 0
            ? throw new SocketException((int)SocketError.TooManyOpenSockets) : socket.AcceptAsync(stop));
        listening.Start(accepted.SetResult);
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(listening.EndPoints[0], TestContext.Current.CancellationToken);
        for (var turn = 0; turn < 3; turn++)
        {
            await clock.WaitForArmedExactlyAsync(ListenDefaults.AcceptPause);
            Assert.False(accepted.Task.IsCompleted);
            clock.Advance(ListenDefaults.AcceptPause);
        }

        (await accepted.Task.OrFail(static () => "Nothing is accepted.")).Dispose();
        Assert.Single(log.Entries, static one => one.Level == LogLevel.Error);
        Assert.Single(log.Entries, static one => one.ToString().Contains("accepts connections again after 00:00:00.7500000", StringComparison.Ordinal));
        await listening.StopAsync(takeWaiting: false);
        clock.AssertNoArmedTimers();
        log.AssertClean();
    }

    [Fact]
    public async Task Connections_beyond_the_limits_are_closed_unread_and_places_are_given_back()
    {
        var log = new TestLog();
        var taken = new List<AcceptedSocket>();
        var dropped = new List<string>();
        using var listening = ListenSocket.Bind(PolicyOf, new SsPlatform(), log.CreateLogger("test"), reason =>
        {
            lock (dropped)
                dropped.Add(reason);
        });
        listening.Start(one =>
        {
            lock (taken)
                taken.Add(one);
        });
        var clients = new List<Socket>();
        for (var i = 0; i < 2; i++)
            clients.Add(await ConnectAsync());
        await Poll.UntilAsync(() => listening.Connections == 2, () => $"{listening.Connections} connections");
        for (var i = 0; i < 5; i++)
        {
            using var third = await ConnectAsync();
            Assert.Equal(0, await EndOfAsync(third));
        }

        Assert.Equal(5, dropped.Count);
        Assert.Single(log.Entries, static one => one.ToString().Contains("2 are open, which is its max_connections_per_peer; 127.0.0.1 is the first", StringComparison.Ordinal));
        taken[0].Dispose();
        Assert.Equal(1, listening.Connections);
        taken[0].Dispose();
        Assert.Equal(1, listening.Connections);
        Assert.Single(log.Entries, static one => one.ToString().Contains("5 were closed because of max_connections_per_peer", StringComparison.Ordinal));
        clients.Add(await ConnectAsync());
        await Poll.UntilAsync(() => listening.Connections == 2, () => $"{listening.Connections} connections");
        await listening.StopAsync(takeWaiting: false);
        foreach (var one in clients)
            one.Dispose();
        foreach (var one in taken)
            one.Dispose();
        Assert.Equal(0, listening.Connections);

        async Task<Socket> ConnectAsync()
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(listening.EndPoints[0]);
            return socket;
        }
    }

    [Theory]
    [InlineData("", 0, 0)]
    [InlineData(", \"attr_low_latency\": true", 0x10, 6)]
    [InlineData(", \"attr_high_throughput\": true, \"attr_high_reliability\": true, \"attr_low_cost\": true", 0x0c, 2)]
    [InlineData(", \"attr_priority\": 5", 0, 5)]
    public async Task Accepted_sockets_have_the_options_of_the_policy(string attributes, int typeOfService, int priority)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The options are read as Linux numbers them.");
        var model = PolicyLoader.Load([PolicyDocument.FromJson($$"""{ "s": [{ "srv": { "server": true, "protocol": "raw", "endpoint": "127.0.0.1"{{attributes}} } }] }""", "policy")]).Model!;
        using var log = new TestLog();
        using var listening = ListenSocket.Bind(() => model.StreamTypes["srv"], new SsPlatform(), log.CreateLogger("test"));
        var accepted = new TaskCompletionSource<AcceptedSocket>(TaskCreationOptions.RunContinuationsAsynchronously);
        listening.Start(accepted.SetResult);
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(listening.EndPoints[0], TestContext.Current.CancellationToken);
        using (var one = await accepted.Task.OrFail(static () => "Nothing is accepted."))
        {
            Assert.Equal(typeOfService, RawOption(one.Socket, level: 0, name: 1)); // IP_TOS, ip(7)
            Assert.Equal(priority, RawOption(one.Socket, level: 1, name: 12)); // SO_PRIORITY, socket(7); the type of service chooses one too.
            Assert.True(one.Socket.NoDelay);
        }

        await listening.StopAsync(takeWaiting: false);
        log.AssertClean();

        static int RawOption(Socket socket, int level, int name)
        {
            var value = new byte[4];
            socket.GetRawSocketOption(level, name, value);
            return BitConverter.ToInt32(value);
        }
    }

    private static StreamTypePolicy PolicyOf() => Model.StreamTypes["srv"];

    private static readonly PolicyModel Model = PolicyLoader.Load([PolicyDocument.FromJson(Policy, "policy")]).Model!;

    private static async Task<int> EndOfAsync(Socket socket)
    {
        try
        {
            return await socket.ReceiveAsync(new byte[1]).OrFail(static () => "It is not closed.");
        }
        catch (SocketException)
        {
            return 0;
        }
    }
}
