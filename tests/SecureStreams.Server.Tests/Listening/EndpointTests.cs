using System.Net;
using System.Net.Sockets;
using SecureStreams.TestSupport.Checks;

namespace SecureStreams.Server.Tests.Listening;

/// <summary>Where a policy may say to listen, and what it is told where it cannot.</summary>
public sealed class EndpointTests
{
    [Theory]
    [InlineData("\"endpoint\": \"127.0.0.1\"", "127.0.0.1")]
    [InlineData("\"endpoint\": \"lo\", \"address_family\": \"ipv4\"", "127.0.0.1")]
    [InlineData("\"endpoint\": \"localhost\", \"address_family\": \"ipv4\"", "127.0.0.1")]
    [InlineData("\"endpoint\": \"\", \"address_family\": \"ipv4\"", "0.0.0.0")]
    [InlineData("\"address_family\": \"ipv4\"", "0.0.0.0")]
    public async Task It_listens_on_an_address_an_interface_a_name_or_everywhere(string where, string address)
    {
        await using var bench = new ServerBench($"\"srv\": {{ \"server\": true, \"protocol\": \"raw\", {where} }}");
        await using var listener = bench.Listen();
        var endPoint = Assert.IsType<IPEndPoint>(Assert.Single(listener.EndPoints));
        Assert.Equal(address, endPoint.Address.ToString());
        Assert.NotEqual(0, endPoint.Port);
        using var socket = await ServerBench.ConnectAsync(listener);
        await (await bench.AcceptedAsync()).WaitForStateAsync(SsState.Connected);
        Assert.Single(listener.Streams);
    }

    [Fact]
    public async Task Everywhere_is_both_families_on_one_port_and_peers_have_addresses_of_their_own_family()
    {
        await using var bench = new ServerBench("""
            "srv": { "server": true, "protocol": "raw", "metadata": [{ "ip": "" }], "metadata_from_connection": [{ "ip": "peer_ip" }] }
            """);
        await using var listener = bench.Listen();
        if (!Socket.OSSupportsIPv6 || listener.EndPoints.Count == 1)
            Assert.Skip("This machine has no IPv6.");
        var port = ServerBench.PortOf(listener);
        Assert.All(listener.EndPoints, one => Assert.Equal(port, ((IPEndPoint)one).Port));
        foreach (var (address, count) in new[] { (IPAddress.Loopback, 1), (IPAddress.IPv6Loopback, 2) })
        {
            using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(address, port, TestContext.Current.CancellationToken);
            var handler = await bench.AcceptedAsync(count);
            await handler.WaitForStateAsync(SsState.Connected);
            Assert.Equal(address.ToString(), bench.Streams.Last().GetMetadata("ip"));
        }
    }

    [Theory]
    [InlineData("\"endpoint\": \"no-such-interface0\"", "endpoint 'no-such-interface0' is no interface of this machine, no address, and no name that can be looked up")]
    [InlineData("\"endpoint\": \"!web\"", "'!web' names no streamtype of this policy")]
    [InlineData("\"endpoint\": \"127.0.0.1\", \"address_family\": \"ipv6\"", "address_family is ipv6, and '127.0.0.1' has no such address")]
    public async Task What_cannot_be_listened_on_is_refused_with_its_place(string where, string problem)
    {
        await using var bench = new ServerBench($"\"srv\": {{ \"server\": true, \"protocol\": \"raw\", {where} }}");
        var error = Assert.Throws<SsPolicyException>(() => bench.Listen());
        Assert.Contains("'srv'", error.Message, StringComparison.Ordinal);
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
        Assert.Contains("policy(", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_that_is_taken_and_an_address_of_another_machine_say_what_mends_it()
    {
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        taken.Listen(1);
        var port = ((IPEndPoint)taken.LocalEndPoint!).Port;
        await using var bench = new ServerBench($$"""
            "srv": { "server": true, "protocol": "raw", "endpoint": "127.0.0.1", "port": {{port}} },
            "far": { "server": true, "protocol": "raw", "endpoint": "192.0.2.1" }
            """);
        var error = Assert.Throws<IOException>(() => bench.Listen());
        Assert.StartsWith($"Streamtype 'srv' cannot listen on 127.0.0.1:{port}: the port is taken; ", error.Message, StringComparison.Ordinal);
        Assert.Contains("it is no address of this machine", Assert.Throws<IOException>(() => bench.Listen("far")).Message, StringComparison.Ordinal);
        Assert.Contains("this release serves h1, h2, raw and ws", Assert.Throws<SsPolicyException>(() => new ServerBench("\"srv\": { \"server\": true, \"protocol\": \"mqtt\" }").Listen()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_listener_ends_with_its_context_and_its_port_is_free_at_once()
    {
        int port;
        await using (var bench = new ServerBench("\"srv\": { \"server\": true, \"protocol\": \"raw\", \"endpoint\": \"127.0.0.1\" }"))
        {
            var listener = bench.Listen();
            port = ServerBench.PortOf(listener);
            using var socket = await ServerBench.ConnectAsync(listener);
            await (await bench.AcceptedAsync()).WaitForStateAsync(SsState.Connected);
            await bench.Context.DisposeAsync();
            Assert.Empty(listener.Streams);
            Assert.Equal(0, await socket.ReceiveAsync(new byte[1]).OrFail(static () => "The connection stays."));
            Assert.Throws<ObjectDisposedException>(() => bench.Listen());
        }

        await using var again = new ServerBench($$"""
            "srv": { "server": true, "protocol": "raw", "endpoint": "127.0.0.1", "port": {{port}} }
            """);
        again.Listen();
    }
}
