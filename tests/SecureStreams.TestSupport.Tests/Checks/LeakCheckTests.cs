using System.Net;
using System.Net.Sockets;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Repository;

namespace SecureStreams.TestSupport.Tests.Checks;

[Collection(nameof(WholeProcess))]
public class LeakCheckTests
{
    [Fact]
    public async Task Sees_sockets_that_were_opened_and_that_they_are_closed()
    {
        Assert.SkipUnless(LeakCheck.IsSupported, "Reads /proc, which this system does not have.");
        var check = new LeakCheck();
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        var port = ((IPEndPoint)listener.LocalEndPoint!).Port;
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(listener.LocalEndPoint, TestContext.Current.CancellationToken);

        var open = check.NewSockets().Where(socket => socket.LocalPort == port || socket.RemotePort == port).ToList();
        Assert.Contains(open, socket => socket.State == "LISTEN" && socket.LocalPort == port);
        Assert.Contains(open, socket => socket.State == "ESTABLISHED" && socket.RemotePort == port);

        client.Dispose();
        listener.Dispose();
        await check.AssertNoNewSocketsAsync(port);
        await check.AssertNoNewSocketsAsync();
    }

    [Fact]
    public async Task A_socket_left_open_fails_the_check_and_is_named()
    {
        Assert.SkipUnless(LeakCheck.IsSupported, "Reads /proc, which this system does not have.");
        var check = new LeakCheck(polls: 2);
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        var port = ((IPEndPoint)listener.LocalEndPoint!).Port;
        var error = await Assert.ThrowsAsync<CheckFailedException>(() => check.AssertNoNewSocketsAsync(port));
        Assert.Contains($"tcp {port} -> 0 LISTEN", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_checkout_is_found() => Assert.True(File.Exists(RepoPaths.Combine("SecureStreams.sln")));
}
