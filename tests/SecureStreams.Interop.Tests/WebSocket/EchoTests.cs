using System.Text;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.TestSupport.Servers;

namespace SecureStreams.Interop.Tests.WebSocket;

/// <summary>Messages of every form of length, to servers of others and back, whole and in fragments, with and without permessage-deflate.</summary>
public class EchoTests(NodeWebSocketFixture node, PythonWebSocketFixture python)
{
    /// <summary>Where, what of the policy, and what of the url.</summary>
    public static TheoryData<string, string, string> Peers => new()
    {
        { "node", "/echo", "" },
        { "node", "/fragments?size=1000", "" },
        { "node", "/echo?deflate={}", "\"ws_deflate\": true" },
        { "node", "/echo?deflate={\"threshold\":0}", "\"ws_deflate\": true" },
        { "node", "/fragments?size=1000&deflate={\"threshold\":0}", "\"ws_deflate\": true" },
        { "node", "/echo?deflate={\"threshold\":0,\"serverNoContextTakeover\":true}", "\"ws_deflate\": true" },
        { "node", "/echo?deflate={\"threshold\":0,\"clientNoContextTakeover\":true}", "\"ws_deflate\": true" },
        { "node", "/echo?deflate={\"threshold\":0,\"serverMaxWindowBits\":9,\"clientMaxWindowBits\":9}", "\"ws_deflate\": true" },
        { "node", "/echo?deflate={\"threshold\":0}", "\"ws_deflate\": true, \"ws_deflate_window_bits\": 10" },
        { "node", "/echo", "\"ws_deflate\": true" },
        { "node", "/echo?deflate={\"threshold\":0}", "" },
        { "python plain", "/echo", "" },
        { "python plain", "/fragments?size=777", "" },
        { "python plain", "/echo", "\"ws_deflate\": true" },
        { "python deflate", "/echo", "\"ws_deflate\": true" },
        { "python deflate", "/fragments?size=777", "\"ws_deflate\": true" },
        { "python deflate9", "/echo", "\"ws_deflate\": true" },
        { "python deflate", "/echo", "\"ws_deflate\": true, \"ws_deflate_window_bits\": 9" },
        { "python anew", "/echo", "\"ws_deflate\": true" },
        { "python anew", "/fragments?size=50000", "\"ws_deflate\": true" },
        { "kestrel", "/ws/echo", "" },
        { "kestrel", "/ws/echo", "\"ws_deflate\": true" },
    };

    [Theory]
    [MemberData(nameof(Peers))]
    public async Task Messages_of_every_form_of_length_come_back_as_they_were(string peer, string url, string more)
    {
        var messages = new List<(byte[], bool)>();
        foreach (var length in new[] { 0, 1, 125, 126, 127, 65535, 65536, 1 << 20 })
        {
            messages.Add((Encoding.UTF8.GetBytes(Words(length)), true));
            messages.Add((DeterministicBytes.Make(length, length), false));
        }

        await CheckAsync(peer, url, more, messages, int.MaxValue);
    }

    [Theory]
    [MemberData(nameof(Peers))]
    public async Task Messages_sent_in_fragments_cut_anywhere_come_back_whole(string peer, string url, string more)
    {
        var text = Encoding.UTF8.GetBytes("aé€😀z");
        var messages = Enumerable.Repeat((text, true), 3).Append((new byte[] { 1, 2, 3, 0 }, false)).ToArray();
        for (var pieces = 1; pieces <= text.Length; pieces++)
            await CheckAsync(peer, url, more, messages, pieces);
    }

    private async Task CheckAsync(string peer, string url, string more, IReadOnlyList<(byte[] Payload, bool IsText)> messages, int pieces)
    {
        await using var kestrel = peer == "kestrel" ? await KestrelTestHost.StartAsync() : null;
        var port = peer switch
        {
            "kestrel" => kestrel!.HttpPort,
            "node" => node.Process is null ? 0 : node.Port,
            _ => python.Port(peer.Split(' ')[1]),
        };
        var id = Guid.NewGuid().ToString("N");
        url += (url.Contains('?', StringComparison.Ordinal) ? "&" : "?") + "id=" + id;
        await using var streams = WebSocketStreams.Open(port, url.Replace("\"", "%22", StringComparison.Ordinal).Replace("{", "%7B", StringComparison.Ordinal).Replace("}", "%7D", StringComparison.Ordinal), more);
        var handler = new MessageHandler(messages, pieces);
        await using var stream = streams.Context.Create("x", handler);
        stream.Connect();
        await handler.WaitForAsync(one => one.ReceivedMessages >= messages.Count || one.States.Contains(SsState.Disconnected) || one.States.Contains(SsState.Unreachable));
        var received = handler.ReceivedWhole;
        Assert.True(messages.Count == received.Count, handler.Describe());
        for (var at = 0; at < messages.Count; at++)
        {
            Assert.Equal(messages[at].IsText, received[at].IsText);
            Assert.True(messages[at].Payload.AsSpan().SequenceEqual(received[at].Payload), $"message {at} of {messages[at].Payload.Length} bytes");
        }

        if (kestrel is null)
        {
            var opened = await (peer == "node" ? node.Process : python.Process)!.WaitForAsync("open", one => one.GetProperty("id").GetString() == id);
            var compressed = more.Contains("ws_deflate", StringComparison.Ordinal) && (peer.Contains("deflate", StringComparison.Ordinal) || peer.Contains("anew", StringComparison.Ordinal) || url.Contains("deflate=", StringComparison.Ordinal));
            Assert.Equal(compressed, opened.GetProperty("extensions").ToString().Contains("deflate", StringComparison.OrdinalIgnoreCase));
        }

        stream.Disconnect();
        await handler.WaitForStateAsync(SsState.Disconnected);
        handler.AssertClean();
    }

    // Text of so many bytes, some of them in characters of several.
    private static string Words(int bytes)
    {
        var text = new StringBuilder();
        while (bytes >= 12)
        {
            text.Append("wörd€ ").Append((char)('a' + (bytes % 26))).Append('.').Append('\n');
            bytes -= 12;
        }

        return text.Append('x', bytes).ToString();
    }
}
