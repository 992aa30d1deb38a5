using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using SecureStreams.Interop.Tests.Peers;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Repository;

namespace SecureStreams.Interop.Tests.WebSocket.Clients;

/// <summary>WebSocket clients of somebody else: Node's <c>ws</c> (<c>node</c>) and python3-websockets (<c>python</c>) as programs, and System.Net.WebSockets (<c>platform</c>).</summary>
internal static class ForeignClient
{
    private static readonly string Folder = RepoPaths.Combine("tests", "SecureStreams.Interop.Tests", "WebSocket");

    /// <summary>Starts a script of the node or the python one; ends the test when that is not there.</summary>
    /// <param name="kind">Whose.</param>
    /// <param name="script">Its name, without what the language adds.</param>
    /// <param name="url">Where to.</param>
    /// <param name="options">What for, in JSON; see <c>node/</c>.</param>
    /// <param name="trust">A file with the authority that it is to trust.</param>
    public static PeerProcess Start(string kind, string script, string url, string options, string? trust = null)
    {
        if (kind == "node")
        {
            if (!File.Exists(Path.Combine(Folder, "node", "node_modules", "ws", "package.json")))
                throw Peer.Absent("the npm package ws", "npm");
            return PeerProcess.Start("/usr/bin/env", $"NODE_EXTRA_CA_CERTS={trust}", Peer.Find("node") ?? throw Peer.Absent("node", "nodejs"), Path.Combine(Folder, "node", script + ".mjs"), url, options);
        }

        if (!Directory.Exists("/usr/lib/python3/dist-packages/websockets"))
            throw Peer.Absent("the Python package websockets", "python3-websockets");
        string[] environment = trust is null ? [] : [$"SSL_CERT_FILE={trust}"];
        return PeerProcess.Start("/usr/bin/env", [.. environment, "/usr/bin/python3", Path.Combine(Folder, "python", script + ".py"), url, options]);
    }

    /// <summary>Opens a connection for each step, one after the other, and comes back with the close frame that each was ended with.</summary>
    public static async Task<IReadOnlyList<(int Code, string Reason)>> CloseAsync(string kind, string url, IReadOnlyList<ClosingStep> steps)
    {
        var ends = new List<(int Code, string Reason)>();
        if (kind == "platform")
        {
            foreach (var step in steps)
                ends.Add(await PlatformAsync(url, step).OrFail(() => $"The platform's client does not come to an end with {step}."));
            return ends;
        }

        await using var client = Start(kind, "closing", url, JsonSerializer.Serialize(steps.Select(static step => step.Fields)));
        for (var at = 0; at < steps.Count; at++)
        {
            var closed = await client.WaitForAsync("closed", one => one.GetProperty("at").GetInt32() == at);
            ends.Add((closed.GetProperty("code").GetInt32(), closed.GetProperty("reason").GetString()!));
        }

        return ends;
    }

    private static async Task<(int Code, string Reason)> PlatformAsync(string url, ClosingStep step)
    {
        using var client = new ClientWebSocket();
        client.Options.AddSubProtocol("one");
        client.Options.KeepAliveInterval = TimeSpan.Zero;
        await client.ConnectAsync(new Uri(url), CancellationToken.None);
        if (step.Code is { } code)
        {
            // With 1005, which it calls Empty and sends all the same, it takes no reason.
            await client.CloseAsync((WebSocketCloseStatus)code, code == (int)WebSocketCloseStatus.Empty ? null : "bye", CancellationToken.None);
        }
        else
        {
            await client.SendAsync(Encoding.UTF8.GetBytes(step.Text!), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
            var buffer = new byte[4096];
            while ((await client.ReceiveAsync(buffer.AsMemory(), CancellationToken.None)).MessageType != WebSocketMessageType.Close)
                continue;
            await client.CloseOutputAsync(client.CloseStatus!.Value, client.CloseStatusDescription, CancellationToken.None);
        }

        return ((int)client.CloseStatus!.Value, client.CloseStatusDescription ?? "");
    }
}
