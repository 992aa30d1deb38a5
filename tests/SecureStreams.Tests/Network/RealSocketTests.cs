using System.Net;
using System.Net.Sockets;
using System.Text;
using SecureStreams.Network;
using SecureStreams.Tests.Network.Support;

namespace SecureStreams.Tests.Network;

public class RealSocketTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Closed_port_is_refused()
    {
        // Bound and not listening: nobody else can take the port, and nobody answers on it.
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var port = ((IPEndPoint)taken.LocalEndPoint!).Port;

        var failure = await Dialing.FailAsync(Dialing.Loopback, Dialing.Plain("localhost", port));
        Assert.Equal((SsPhase.Connect, SsCauseCode.ConnectionRefused, "port"), (failure.Phase, failure.Code, failure.Attribute));
        Assert.Equal($"localhost:{port}", failure.Endpoint);
        Assert.Equal([$"127.0.0.1:{port}: connection refused"], failure.Candidates.Select(one => $"{one.Address}: {one.Outcome}"));
        Assert.IsType<SocketException>(failure.Error);
    }

    [Fact]
    public async Task Plain_connection_carries_bytes_and_counts_them()
    {
        using var peer = new LoopbackPeer<string>(EchoAsync);
        using var dialer = new Dialer(Dialing.Loopback);
        await CheckEchoAsync(await dialer.DialAsync(Dialing.Plain("localhost", peer.Port), Token), $"127.0.0.1:{peer.Port}");
        Assert.Equal("ping", await peer.Result);
    }

    [Fact]
    public async Task Dead_first_address_does_not_stop_the_second()
    {
        using var peer = new LoopbackPeer<string>(EchoAsync);
        using var dialer = new Dialer(Dialing.Loopback with { Names = ScriptedNames.Answering("127.0.0.2", "127.0.0.1") });
        await CheckEchoAsync(await dialer.DialAsync(Dialing.Plain("localhost", peer.Port), Token), $"127.0.0.1:{peer.Port}");
    }

    [Fact]
    public async Task Unix_socket_by_path()
    {
        var directory = Directory.CreateTempSubdirectory("ss-");
        try
        {
            var path = Path.Combine(directory.FullName, "s");
            using var peer = new LoopbackPeer<string>(EchoAsync, new UnixDomainSocketEndPoint(path));
            using var dialer = new Dialer(Dialing.Loopback);
            await CheckEchoAsync(await dialer.DialAsync(Unix(path), Token), $"unix:{path}");
            Assert.Equal("ping", await peer.Result);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Unix_socket_by_abstract_name()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Abstract names exist on Linux only.");
        var name = $"ss-{Guid.NewGuid():N}";
        using var peer = new LoopbackPeer<string>(EchoAsync, new UnixDomainSocketEndPoint("\0" + name));
        using var dialer = new Dialer(Dialing.Loopback);
        await CheckEchoAsync(await dialer.DialAsync(Unix("@" + name), Token), $"unix:@{name}");
        Assert.Equal("ping", await peer.Result);
    }

    [Theory]
    [InlineData("/nonexistent/socket")]
    [InlineData("@ss-nobody-listens-here")]
    public async Task Unix_socket_without_listener_is_refused(string path)
    {
        var failure = await Dialing.FailAsync(Dialing.Loopback, Unix(path));
        Assert.Equal((SsPhase.Connect, SsCauseCode.ConnectionRefused, "endpoint"), (failure.Phase, failure.Code, failure.Attribute));
        Assert.Equal($"unix:{path}", failure.Endpoint);
        Assert.Equal($"unix:{path}", Assert.Single(failure.Candidates).Address);
    }

    [Theory]
    [InlineData("")]
    [InlineData("@")]
    [InlineData("long")]
    public async Task Unix_name_that_cannot_be_is_the_policys_fault(string path)
    {
        var failure = await Dialing.FailAsync(Dialing.Loopback, Unix(path == "long" ? "/" + new string('a', 200) : path));
        Assert.Equal((SsPhase.Policy, SsCauseCode.EndpointInvalid, true), (failure.Phase, failure.Code, failure.Permanent));
    }

    private static DialTarget Unix(string path) => new() { Host = "localhost", Port = 0, UnixPath = path };

    private static async Task<string> EchoAsync(Socket socket)
    {
        var buffer = new byte[4];
        var got = 0;
        while (got < buffer.Length)
            got += await socket.ReceiveAsync(buffer.AsMemory(got), Token);
        await socket.SendAsync(buffer, Token);
        return Encoding.ASCII.GetString(buffer);
    }

    private static async Task CheckEchoAsync(DialedConnection connection, string remote)
    {
        await using var stream = connection.Stream;
        Assert.Same(connection.Wire, stream);
        Assert.Equal(remote, connection.RemoteAddress);
        Assert.Equal(TimeSpan.Zero, connection.Timings.Tls);
        await stream.WriteAsync("ping"u8.ToArray(), Token);
        var buffer = new byte[4];
        await stream.ReadExactlyAsync(buffer, Token);
        Assert.Equal((4, 4, (int)'p'), (connection.Wire.BytesSent, connection.Wire.BytesReceived, connection.Wire.FirstByte));
        Assert.Equal(0, await stream.ReadAsync(buffer, Token));
        Assert.True(connection.Wire.PeerEnded);
    }
}
