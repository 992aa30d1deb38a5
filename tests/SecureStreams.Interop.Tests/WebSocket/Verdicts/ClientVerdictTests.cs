using System.Collections.Concurrent;
using System.Globalization;
using System.Net.WebSockets;
using SecureStreams.Codecs.WebSocket;
using SecureStreams.Interop.Tests.Peers;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Servers;

namespace SecureStreams.Interop.Tests.WebSocket.Verdicts;

/// <summary>Clients of others meet servers that do all that the protocol forbids a server and every close that it allows, and judge it as our client does but for what is agreed.</summary>
public class ClientVerdictTests(NodeWebSocketFixture node, PythonWebSocketFixture python)
{
    private static readonly IReadOnlyList<(string Name, byte[] Bytes, int Code)> Rows = [.. WrongFrames.Of(mask: null), .. WrongFrames.Closes(mask: null)];

    [Theory]
    [InlineData("node")]
    [InlineData("python")]
    [InlineData("platform")]
    public async Task A_client_of_another_judges_as_ours_but_for_what_is_agreed(string peer)
    {
        var comparison = new Comparison(peer);
        var verdicts = new ConcurrentDictionary<int, string>();
        await using var server = ScriptedServer.Start(async (connection, stopping) =>
        {
            var head = await connection.ReadHeadAsync(stopping);
            var at = int.Parse(head.Split(' ')[1].AsSpan(1), CultureInfo.InvariantCulture);
            var key = head.Split("\r\n").Single(static line => line.StartsWith("Sec-WebSocket-Key:", StringComparison.OrdinalIgnoreCase))["Sec-WebSocket-Key:".Length..].Trim();
            await connection.WriteAsync($"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {WebSocketAccept.Of(key)}\r\n\r\n", stopping);
            verdicts[at] = await Verdict.OfAsync(connection.Stream, WrongFrames.Whole(Rows[at].Bytes), mask: null);
        });
        var url = $"ws://127.0.0.1:{server.Port.ToString(CultureInfo.InvariantCulture)}/";
        if (peer == "platform")
            await MeetAllAsync(url);
        else
            await MeetAllAsync(peer, url);

        Assert.Empty(server.ScriptFailures);
        for (var at = 0; at < Rows.Count; at++)
            comparison.Add(Rows[at].Name, Rows[at].Code, verdicts.GetValueOrDefault(at, "never asked"));
        comparison.AssertAgreed();
    }

    private static async Task MeetAllAsync(string url)
    {
        for (var at = 0; at < Rows.Count; at++)
        {
            using var client = new ClientWebSocket();
            client.Options.KeepAliveInterval = TimeSpan.Zero;
            await client.ConnectAsync(new Uri(url + at.ToString(CultureInfo.InvariantCulture)), CancellationToken.None).OrFail(static () => "The platform's client is not upgraded.");
            await ReceiveAsync(client).OrFail(() => $"The platform's client does not come to an end with {Rows[at].Name}.");
        }
    }

    private static async Task ReceiveAsync(ClientWebSocket client)
    {
        var buffer = new byte[4096];
        try
        {
            while ((await client.ReceiveAsync(buffer.AsMemory(), CancellationToken.None)).MessageType != WebSocketMessageType.Close)
                continue;
            await client.CloseOutputAsync(client.CloseStatus!.Value, client.CloseStatusDescription, CancellationToken.None);
        }
        catch (WebSocketException)
        {
            // It has answered, or has not; what it said is for the server to see.
        }
    }

    private async Task MeetAllAsync(string peer, string url)
    {
        var count = Rows.Count.ToString(CultureInfo.InvariantCulture);
        await using var client = peer == "node" ? node.Start("offended.mjs", url, count) : python.Start("offended.py", url, count);
        for (var at = 0; at < Rows.Count; at++)
            await client.WaitForAsync("close", one => one.GetProperty("at").GetInt32() == at);
    }
}
