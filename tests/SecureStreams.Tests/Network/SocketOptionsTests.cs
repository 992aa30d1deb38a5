using System.Net;
using System.Net.Sockets;
using SecureStreams.Network;
using SecureStreams.Tests.Network.Support;

namespace SecureStreams.Tests.Network;

/// <summary>What the kernel says of real sockets, and where they come from.</summary>
public sealed class SocketOptionsTests
{
    private const string LinuxOnly = "Socket options are set on Linux only.";

    [Theory]
    [InlineData("127.0.0.1", 0x10, 5)]
    [InlineData("127.0.0.1", 0x1c, 0)]
    [InlineData("127.0.0.1", 0, 3)]
    [InlineData("::1", 0x10, 5)]
    [InlineData("::1", 0x1c, 0)]
    public async Task Type_of_service_and_priority_are_those_asked_for(string address, int typeOfService, int priority)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), LinuxOnly);
        var ip = IPAddress.Parse(address);
        Assert.SkipUnless(ip.AddressFamily == AddressFamily.InterNetwork || Socket.OSSupportsIPv6, "No IPv6 on this machine.");
        using var peer = new LoopbackPeer<int>(static socket => socket.ReceiveAsync(new byte[1]), new IPEndPoint(ip, 0));
        var request = new SsConnectRequest(new IPEndPoint(ip, peer.Port)) { TypeOfService = typeOfService, Priority = priority };
        await using (var stream = (NetworkStream)await SsSocketDialer.System.ConnectAsync(request, TestContext.Current.CancellationToken))
        {
            Assert.Equal(typeOfService, RawOptions.TypeOfService(stream.Socket));

            // The kernel gives IPv4 a priority of its own with a type of service, which counts where none is asked for.
            if (priority != 0 || ip.AddressFamily == AddressFamily.InterNetworkV6)
                Assert.Equal(priority, RawOptions.Priority(stream.Socket));
            Assert.Empty(request.Warnings);
        }

        await peer.Result;
    }

    [Fact]
    public async Task The_bit_of_low_cost_belongs_to_congestion_control_and_does_no_harm()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), LinuxOnly);
        using var peer = new LoopbackPeer<int>(static socket => socket.ReceiveAsync(new byte[1]));
        var request = new SsConnectRequest(new IPEndPoint(IPAddress.Loopback, peer.Port)) { TypeOfService = 0x12 };
        await using (var stream = (NetworkStream)await SsSocketDialer.System.ConnectAsync(request, TestContext.Current.CancellationToken))
            Assert.Equal(0x10, RawOptions.TypeOfService(stream.Socket));
        await peer.Result;
    }

    [Fact]
    public void Priority_7_without_the_right_is_a_warning_and_the_socket_does_without()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), LinuxOnly);

        // Rights belong to threads: one of its own gives them up.
        string? warning = null;
        var priority = -1;
        Exception? broken = null;
        var thread = new Thread(() =>
        {
            try
            {
                Capabilities.GiveUp();
                using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                var request = new SsConnectRequest(new IPEndPoint(IPAddress.Loopback, 1)) { Priority = 7 };
                SocketOptions.Apply(socket, request);
                warning = Assert.Single(request.Warnings);
                priority = RawOptions.Priority(socket);
            }
            catch (Exception error)
            {
                broken = error;
            }
        });
        thread.Start();
        thread.Join();
        Assert.Null(broken);
        Assert.StartsWith("attr_priority 7 cannot be set (", warning, StringComparison.Ordinal);
        Assert.EndsWith("7 needs CAP_NET_ADMIN, up to 6 anybody may", warning, StringComparison.Ordinal);
        Assert.Equal(0, priority);
    }

    [Fact]
    public async Task Connection_comes_from_the_address_and_port_of_local_bind()
    {
        using var free = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        free.Bind(new IPEndPoint(IPAddress.Parse("127.0.0.2"), 0));
        var local = (IPEndPoint)free.LocalEndPoint!;
        free.Dispose();
        using var peer = new LoopbackPeer<string>(static async socket =>
        {
            await socket.ReceiveAsync(new byte[1]);
            return socket.RemoteEndPoint!.ToString()!;
        });
        using var dialer = new Dialer(Dialing.Loopback with { SocksProxy = null });
        var connection = await dialer.DialAsync(Dialing.Plain("127.0.0.1", peer.Port) with { Options = new DialOptions { LocalBind = local } }, TestContext.Current.CancellationToken);
        Assert.Equal(local.ToString(), connection.Summary!.LocalAddress);
        await connection.Stream.DisposeAsync();
        Assert.Equal(local.ToString(), await peer.Result);
    }

    [Fact]
    public async Task Local_address_that_this_machine_does_not_have_is_named()
    {
        var target = Dialing.Plain("127.0.0.1", 9) with { Options = new DialOptions { LocalBind = new IPEndPoint(IPAddress.Parse("203.0.113.77"), 0) } };
        var failure = await Dialing.FailAsync(Dialing.Loopback with { SocksProxy = null }, target);
        Assert.Equal((SsPhase.Connect, SsCauseCode.LocalAddressUnavailable, "local_bind"), (failure.Phase, failure.Code, failure.Attribute));
        Assert.Contains("cannot connect from 203.0.113.77:0", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Local_address_of_one_family_leaves_the_addresses_of_the_other_out()
    {
        using var peer = new LoopbackPeer<int>(static socket => socket.ReceiveAsync(new byte[1]));
        using var dialer = new Dialer(Dialing.Loopback with { Names = ScriptedNames.Answering("::1", "127.0.0.1"), SocksProxy = null });
        var target = Dialing.Plain("host.test", peer.Port) with { Options = new DialOptions { LocalBind = new IPEndPoint(IPAddress.Loopback, 0) } };
        var connection = await dialer.DialAsync(target, TestContext.Current.CancellationToken);
        Assert.Equal([$"127.0.0.1:{peer.Port}"], connection.Candidates.Select(static one => one.Address));
        await connection.Stream.DisposeAsync();
        await peer.Result;
    }

    [Fact]
    public async Task Ipv6_literal_with_a_scope_is_reached()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Socket.OSSupportsIPv6, "Needs IPv6 and the name of the loopback interface.");
        using var peer = new LoopbackPeer<int>(static socket => socket.ReceiveAsync(new byte[1]), new IPEndPoint(IPAddress.IPv6Loopback, 0));
        using var dialer = new Dialer(Dialing.Loopback with { SocksProxy = null });
        var connection = await dialer.DialAsync(Dialing.Plain("[::1%lo]", peer.Port), TestContext.Current.CancellationToken);
        Assert.StartsWith("[::1", connection.RemoteAddress, StringComparison.Ordinal);
        await connection.Stream.DisposeAsync();
        await peer.Result;
    }

    [Theory]
    [InlineData("[fe80::1%eth0]", "fe80::1")]
    [InlineData("fe80::1%2", "fe80::1")]
    [InlineData("host.test.", "host.test")]
    public void Names_of_certificates_have_neither_scope_nor_dot(string host, string name) => Assert.Equal(name, HostNames.ForTls(host));
}
