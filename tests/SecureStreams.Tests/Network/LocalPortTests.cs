using System.Net;
using System.Net.Sockets;
using SecureStreams.Network;
using SecureStreams.TestSupport.Repository;
using SecureStreams.Tests.Network.Support;

namespace SecureStreams.Tests.Network;

/// <summary>A port of this side that is stated carries one connection to a peer at a time. Binding to it succeeds all the same; it is connecting that tells.</summary>
public sealed class LocalPortTests
{
    [Fact]
    public async Task A_port_that_has_a_connection_to_the_peer_already_is_told_as_local_bind()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only there is all of 127.0.0.0/8 this machine.");
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        var local = new IPEndPoint(IPAddress.Parse("127.0.0.2"), FreePort.Next());
        var target = Dialing.Plain("127.0.0.1", ((IPEndPoint)listener.LocalEndPoint!).Port) with { Options = new DialOptions { LocalBind = local } };
        using var dialer = new Dialer(Dialing.Loopback);
        var first = await dialer.DialAsync(target, TestContext.Current.CancellationToken);

        var failure = await Dialing.FailAsync(dialer, target);
        Assert.Equal((SsPhase.Connect, SsCauseCode.LocalAddressUnavailable, "local_bind"), (failure.Phase, failure.Code, failure.Attribute));
        Assert.Contains($"cannot connect from {local}", failure.Message, StringComparison.Ordinal);
        await first.Stream.DisposeAsync();
    }
}
