using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using SecureStreams.TestSupport.Checks;

namespace SecureStreams.Interop.Tests.WebSocket.Verdicts;

/// <summary>Servers of others are sent all that the protocol forbids a client, and every close that it allows, and judge it as our server does but for what is agreed.</summary>
public class ServerVerdictTests(NodeWebSocketFixture node, PythonWebSocketFixture python)
{
    private const uint Key = 0xA1B2C3D4;

    [Theory]
    [InlineData("node")]
    [InlineData("python")]
    [InlineData("platform")]
    public async Task A_server_of_another_judges_as_ours_but_for_what_is_agreed(string peer)
    {
        await using var platform = peer == "platform" ? await PlatformServer.StartAsync() : null;
        var port = peer switch
        {
            "node" => node.Process is null ? 0 : node.Port,
            "python" => python.Port("bounded"),
            _ => platform!.Port,
        };
        var comparison = new Comparison(peer);
        foreach (var (name, bytes, ours) in WrongFrames.Of(Key).Concat(WrongFrames.Closes(Key)))
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(IPAddress.Loopback, port, TestContext.Current.CancellationToken);
            await using var stream = new NetworkStream(socket);
            await UpgradeAsync(stream, port);
            comparison.Add(name, ours, await Verdict.OfAsync(stream, WrongFrames.Whole(bytes), Key));
        }

        comparison.AssertAgreed();
    }

    private static async Task UpgradeAsync(NetworkStream stream, int port)
    {
        var host = port.ToString(CultureInfo.InvariantCulture);
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"GET /listen HTTP/1.1\r\nHost: 127.0.0.1:{host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"));
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            Assert.Equal(1, await stream.ReadAsync(one).AsTask().OrFail(() => $"No upgrade: {head}"));
            head.Append((char)one[0]);
        }

        Assert.StartsWith("HTTP/1.1 101", head.ToString(), StringComparison.Ordinal);
    }
}
