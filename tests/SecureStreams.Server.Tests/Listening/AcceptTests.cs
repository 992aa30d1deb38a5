using System.Net;
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

    [Fact]
    public async Task What_goes_wrong_with_one_connection_keeps_nobody_else_out()
    {
        var log = new TestLog().Allow("internal failure of the listener");
        var accepted = new TaskCompletionSource<AcceptedSocket>(TaskCreationOptions.RunContinuationsAsynchronously);
        var calls = 0;
        using var listening = ListenSocket.Bind(PolicyOf, new SsPlatform(), log.CreateLogger("test"));
        listening.Start(one =>
        {
            if (++calls == 1)
                throw new InvalidOperationException("not this one");
            accepted.SetResult(one);
        });
        using var first = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await first.ConnectAsync(listening.EndPoints[0], TestContext.Current.CancellationToken);
        Assert.Equal(0, await EndOfAsync(first));
        using var second = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await second.ConnectAsync(listening.EndPoints[0], TestContext.Current.CancellationToken);
        var taken = await accepted.Task.OrFail(static () => "It does not accept any more.");
        Assert.Equal(1, listening.Connections);
        taken.Dispose();
        Assert.Equal(0, listening.Connections);
        await listening.StopAsync(takeWaiting: false);
        log.AssertClean();
    }

    [Fact]
    public void One_that_comes_and_goes_at_the_limit_is_told_once_a_minute()
    {
        var clock = new ManualTimeProvider();
        var log = new TestLog();
        var limits = new ConnectionLimits("srv", log.CreateLogger("test"), clock);
        var plan = ListenPlan.Of(PolicyOf());
        var peer = IPAddress.Parse("192.0.2.1");
        var kept = limits.TryEnter(peer, plan)!;
        for (var i = 0; i < 100; i++)
        {
            var second = limits.TryEnter(peer, plan)!;
            Assert.Null(limits.TryEnter(peer, plan));
            second.Return();
        }

        Assert.Equal(2, log.Entries.Count);
        clock.Advance(TimeSpan.FromMinutes(1));
        var again = limits.TryEnter(peer, plan)!;
        Assert.Null(limits.TryEnter(peer, plan));
        again.Return();
        Assert.Equal(4, log.Entries.Count);
        Assert.Contains("100 were closed because of max_connections_per_peer", log.Entries[3].ToString(), StringComparison.Ordinal);
        kept.Return();
        Assert.Equal(0, limits.Count);
    }

    [Theory]
    [InlineData("192.0.2.1", "192.0.2.2", false)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:3::1", false)]
    [InlineData("fe80::1%2", "fe80::2%2", true)]
    public void A_client_of_ipv6_is_its_network(string one, string other, bool same) =>
        Assert.Equal(same, ConnectionLimits.Counted(IPAddress.Parse(one)).Equals(ConnectionLimits.Counted(IPAddress.Parse(other))));

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
