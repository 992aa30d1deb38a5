using System.Net;
using System.Net.Sockets;
using System.Text;
using SecureStreams.Policy;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Time;
using Xunit;

namespace SecureStreams.Server.Tests.Live;

/// <summary>What a change of the policy does to a listener: its limits hold at once, it moves without being away, and its streams go on.</summary>
public sealed class LiveListenerTests
{
    private const string Raw = """ "srv": { "server": true, "protocol": "raw", "endpoint": "127.0.0.1" } """;

    [Theory]
    [InlineData("raw")]
    [InlineData("h1")]
    public async Task It_listens_at_the_new_place_before_it_leaves_the_old_and_its_streams_go_on(string protocol)
    {
        await using var bench = new ServerBench($$"""
            "srv": { "server": true, "protocol": "{{protocol}}", "endpoint": "127.0.0.1", "max_connections": 3 }
            """);
        await using var listener = bench.Listen();
        var from = listener.EndPoints[0];
        using var before = await ServerBench.ConnectAsync(listener);
        await AskAsync(before, protocol);
        var handler = await bench.AcceptedAsync();

        var to = FreePort();
        var overlay = PolicyDocument.FromJson($$"""{ "s": [{ "srv": { "port": {{to}} } }] }""", "move");
        var effect = new SsPolicyEffect("srv", 0, PolicyImpact.Reconnect, SsPolicyAction.Replace);
        Assert.Equal([effect], bench.Context.PlanOverlay(overlay).Effects);
        Assert.Equal([effect], bench.Context.ApplyOverlay(overlay).Effects);
        await Poll.UntilAsync(() => ServerBench.PortOf(listener) == to, () => $"It listens at {listener.EndPoints[0]}.");
        await Poll.UntilAsync(() => IsRefused(from), () => $"{from} is still open.");
        using var after = await ServerBench.ConnectAsync(listener);
        await AskAsync(after, protocol);
        await bench.AcceptedAsync(2);
        Assert.DoesNotContain(SsState.Disconnected, handler.States);
        await AskAsync(before, protocol);

        // Those who came to the old place count: there is room for one more.
        using var third = await ServerBench.ConnectAsync(listener);
        await AskAsync(third, protocol);
        using var fourth = await ServerBench.ConnectAsync(listener);
        Assert.Equal(0, await ReceiveAsync(fourth));
    }

    [Fact]
    public async Task A_place_that_cannot_be_had_leaves_it_where_it_is_and_another_may_follow()
    {
        await using var bench = new ServerBench(Raw);
        await using var listener = bench.Echo();
        var from = ServerBench.PortOf(listener);
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        bench.Context.ApplyOverlay($$"""{ "s": [{ "srv": { "port": {{port}} } }] }""", "move");
        await Poll.UntilAsync(() => bench.Log.Entries.Any(static one => one.Id.Id == 4120), () => "Nobody says that it cannot be had.");
        Assert.Equal(from, ServerBench.PortOf(listener));
        using (var client = await ServerBench.ConnectAsync(listener))
            await EchoAsync(client);

        var free = FreePort();
        bench.Context.ApplyOverlay($$"""{ "s": [{ "srv": { "port": {{free}} } }] }""", "move");
        await Poll.UntilAsync(() => ServerBench.PortOf(listener) == free, () => $"It listens at {listener.EndPoints[0]}.");
        using var other = await ServerBench.ConnectAsync(listener);
        await EchoAsync(other);
    }

    [Fact]
    public async Task More_addresses_on_its_own_port_need_the_port_and_get_it()
    {
        var port = FreePort();
        await using var bench = new ServerBench($$""" "srv": { "server": true, "protocol": "raw", "endpoint": "127.0.0.1", "port": {{port}} } """);
        await using var listener = bench.Echo();
        using var before = await ServerBench.ConnectAsync(listener);
        await EchoAsync(before);
        bench.Context.ApplyOverlay("""{ "s": [{ "srv": { "endpoint": "", "address_family": "ipv4" } }] }""");
        await Poll.UntilAsync(() => listener.EndPoints[0] is IPEndPoint { Address: var address } && address.Equals(IPAddress.Any), () => $"It listens at {listener.EndPoints[0]}.");
        using var after = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await after.ConnectAsync(new IPEndPoint(IPAddress.Parse("127.0.0.2"), port), TestContext.Current.CancellationToken);
        await EchoAsync(after);
        await EchoAsync(before);
    }

    [Fact]
    public async Task Limits_hold_for_the_next_connection()
    {
        await using var bench = new ServerBench(Raw);
        await using var listener = bench.Echo();
        using var first = await ServerBench.ConnectAsync(listener);
        await EchoAsync(first);
        Assert.Equal(
            new SsPolicyEffect("srv", 0, PolicyImpact.Live, SsPolicyAction.Live),
            Assert.Single(bench.Context.ApplyOverlay("""{ "s": [{ "srv": { "max_connections": 1 } }] }""", "limits").Effects, static one => one.IsListener));
        using (var second = await ServerBench.ConnectAsync(listener))
            Assert.Equal(0, await ReceiveAsync(second));
        bench.Context.ApplyOverlay("""{ "s": [{ "srv": { "max_connections": 9, "max_connections_per_peer": 1 } }] }""", "limits");
        using (var second = await ServerBench.ConnectAsync(listener))
            Assert.Equal(0, await ReceiveAsync(second));
        bench.Context.ApplyOverlay("""{ "s": [{ "srv": { "max_streams": 1 } }] }""", "limits");
        using (var second = await ServerBench.ConnectAsync(listener))
            Assert.Equal(0, await ReceiveAsync(second));
        bench.Context.RemoveOverlay("limits");
        using var third = await ServerBench.ConnectAsync(listener);
        await EchoAsync(third);
        await EchoAsync(first);
    }

    [Fact]
    public async Task The_time_of_a_drain_is_that_of_the_policy_in_force()
    {
        var clock = new ManualTimeProvider();
        await using var bench = new ServerBench(Raw, clock);
        await using var listener = bench.Echo();
        using var client = await ServerBench.ConnectAsync(listener);
        await EchoAsync(client);
        bench.Context.ApplyOverlay("""{ "s": [{ "srv": { "drain_timeout_ms": 7000 } }] }""");
        var drain = listener.DrainAsync(TestContext.Current.CancellationToken).AsTask();
        await clock.WaitForArmedExactlyAsync(TimeSpan.FromSeconds(7));
        client.Dispose();
        Assert.Equal(0, await drain.OrFail(static () => "The drain does not end."));
    }

    [Theory]
    [InlineData("""{ "s": [{ "srv": null, "other": { "endpoint": "x.test", "protocol": "raw", "port": 1 } }] }""")]
    [InlineData("""{ "s": [{ "srv": { "server": false, "endpoint": "x.test", "port": 1 } }] }""")]
    public async Task A_streamtype_that_is_gone_ends_its_listener_in_order(string overlay)
    {
        var clock = new ManualTimeProvider();
        await using var bench = new ServerBench(Raw, clock);
        await using var listener = bench.Listen();
        var from = listener.EndPoints[0];
        using var client = await ServerBench.ConnectAsync(listener);
        await client.SendAsync("x"u8.ToArray());
        var handler = await bench.AcceptedAsync();
        Assert.Equal(SsPolicyAction.End, Assert.Single(bench.Context.ApplyOverlay(overlay).Effects, static one => one.IsListener).Action);
        await handler.WaitForStateAsync(SsState.EventWaitCancelled);
        Assert.Equal(SsCauseCode.ListenerDraining, handler.CauseOf(SsState.EventWaitCancelled).Code);
        await Poll.UntilAsync(() => IsRefused(from), () => $"{from} is still open.");
        await clock.WaitForArmedExactlyAsync(TimeSpan.FromSeconds(30));
        clock.Advance(TimeSpan.FromSeconds(30));
        await handler.WaitForStateAsync(SsState.Destroying);
    }

    [Fact]
    public async Task What_cannot_change_under_it_is_said_at_once_and_leaves_it_as_it_is()
    {
        await using var bench = new ServerBench(Raw);
        await using var listener = bench.Echo();
        Assert.Equal(
            new SsPolicyEffect("srv", 0, PolicyImpact.Recreate, SsPolicyAction.CreateAnew),
            Assert.Single(bench.Context.ApplyOverlay("""{ "s": [{ "srv": { "protocol": "h1" } }] }""").Effects, static one => one.IsListener));
        await Poll.UntilAsync(() => bench.Log.Entries.Any(static one => one.Message.Contains("protocol is another", StringComparison.Ordinal)), () => "Nobody says it.");
        using var client = await ServerBench.ConnectAsync(listener);
        await EchoAsync(client);
    }

    private static int FreePort()
    {
        using var any = new TcpListener(IPAddress.Loopback, 0);
        any.Start();
        return ((IPEndPoint)any.LocalEndpoint).Port;
    }

    private static bool IsRefused(EndPoint to)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Connect(to);
            return false;
        }
        catch (SocketException error)
        {
            return error.SocketErrorCode == SocketError.ConnectionRefused;
        }
    }

    private static Task<int> AskAsync(Socket socket, string protocol) => socket.SendAsync(Encoding.ASCII.GetBytes(protocol == "raw" ? "x" : "GET / HTTP/1.1\r\nHost: x\r\n\r\n"));

    private static Task<int> ReceiveAsync(Socket socket) => socket.ReceiveAsync(new byte[16]).OrFail(static () => "Nothing comes.");

    private static async Task EchoAsync(Socket socket)
    {
        await socket.SendAsync("x"u8.ToArray());
        Assert.Equal(1, await ReceiveAsync(socket));
    }
}
