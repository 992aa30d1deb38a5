using SecureStreams.Server.Tests.WebSocket;
using SecureStreams.TestSupport.Handlers;

namespace SecureStreams.Server.Tests;

/// <summary>
/// Our own client streams against our own server streams: every protocol, with and without TLS, over TCP and Unix sockets. The server's handler is the same class everywhere; the policy alone says
/// what it serves.
/// </summary>
public sealed class ProtocolMatrixTests
{
    // What fits into the buffers of a Unix socket: a client of HTTP/1.1 reads no answer before its request is sent, and this server begins to answer before it has it all.
    private const int Length = 100_000;

    public static TheoryData<string, bool, bool> Combinations
    {
        get
        {
            var data = new TheoryData<string, bool, bool>();
            foreach (var protocol in new[] { "h1", "h2", "ws", "ws on h2", "ws of h2", "raw" })
            {
                foreach (var tls in new[] { false, true })
                {
                    foreach (var unix in new[] { false, true })
                        data.Add(protocol, tls, unix);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Combinations))]
    public async Task One_handler_serves_every_protocol_by_policy_alone(string what, bool tls, bool unix)
    {
        var path = Path.Combine(Path.GetTempPath(), $"ss-test-{Guid.NewGuid():N}");
        var where = unix ? $"\"endpoint\": \"+{path}\"" : "\"endpoint\": \"127.0.0.1\"";
        var (served, asked) = what switch
        {
            "ws" => ("\"protocol\": \"ws\"", "\"protocol\": \"ws\", \"ws_binary\": true, \"http_url\": \"/\""),
            "ws on h2" => ("\"protocol\": \"ws\"", "\"protocol\": \"ws\", \"ws_binary\": true, \"http_url\": \"/\", \"ws_http_version\": \"2\""),
            "ws of h2" => ("\"protocol\": \"h2\", \"ws_subprotocol\": \"echo\"", "\"protocol\": \"ws\", \"ws_binary\": true, \"http_url\": \"/\", \"ws_subprotocol\": \"echo\""),
            "raw" => ("\"protocol\": \"raw\"", "\"protocol\": \"raw\""),
            _ => ($"\"protocol\": \"{what}\"", $"\"protocol\": \"{what}\", \"http_method\": \"POST\", \"http_url\": \"/\""),
        };
        await using var bench = new ServerBench($$"""
            "srv": { "server": true, {{served}}, {{where}}{{(tls ? ", " + ServerBench.Tls : "")}} }
            """);
        await using var listener = bench.Context.CreateListener("srv", static _ => new MessageEchoHandler());
        var to = unix ? where : $"\"endpoint\": \"127.0.0.1\", \"port\": {ServerBench.PortOf(listener)}";
        await using var clients = SsContext.FromJson($$"""
            {
              "certs": [{ "ca": "{{bench.Authority.Base64Der}}" }], "trust_stores": [{ "main": ["ca"] }],
              "s": [{ "cli": { {{asked}}, {{to}}, "tls_trust_store": "main"{{(tls ? ", \"tls\": true" : "")}} } }]
            }
            """);
        var bytes = DeterministicBytes.Make(Length);
        var sent = 0;
        var isRaw = what == "raw";
        var client = new RecordingHandler().OnTransmitDo((SecureStream own, scoped ref SsTransmit tx) =>
        {
            var count = Math.Min(tx.Buffer.Length, Length - sent);
            bytes.AsSpan(sent, count).CopyTo(tx.Buffer);
            var flags = isRaw ? SsTxFlags.None : sent == 0 ? SsTxFlags.StartOfMessage : SsTxFlags.None;
            sent += count;
            if (sent == Length)
                flags |= isRaw ? SsTxFlags.EndOfStream : SsTxFlags.EndOfMessage;
            tx.Commit(count, flags);
            if (sent < Length)
                own.RequestTransmit();
            return SsTransmitResult.Send;
        });
        var stream = clients.Create("cli", client);
        stream.RequestTransmit();
        var end = isRaw ? SsRxFlags.PeerEndOfStream : SsRxFlags.EndOfMessage;
        await client.WaitForAsync(one => one.Events.Any(e => e.Flags.HasFlag(end)));
        Assert.Equal(bytes, client.Received);
        client.AssertClean();
        await stream.DisposeAsync();
        await Poll.UntilAsync(() => listener.Streams.Count == 0, static () => "The accepted stream stays.");
    }
}
