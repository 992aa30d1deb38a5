using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.TestSupport.Servers;

namespace SecureStreams.Tests.Transports.WebSocket.Conformance;

/// <summary>One connection of a stream, made as an application makes it, to a server that plays bytes.</summary>
internal sealed class WsScript : IAsyncDisposable
{
    private readonly List<RawFrame> _frames = [];
    private readonly TestLog _log = new();
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ScriptedServer _server;
    private readonly LocalContext _context;

    private WsScript(ScriptedServer server, string more)
    {
        _server = server;
        var policy = $$"""
            {
              "retry": [{ "once": { "backoff": [1], "conceal": 0, "jitterpc": 0 } }],
              "s": [{ "x": {
                "endpoint": "127.0.0.1", "port": {{server.Port.ToString(CultureInfo.InvariantCulture)}}, "protocol": "ws", "http_url": "/here", "opportunistic": true,
                "retry": "once" {{(more.Length > 0 ? ", " + more : "")}} } }]
            }
            """;
        _context = SsContext.FromJson(policy, new() { LoggerFactory = _log });
    }

    /// <summary>What the stream told its handler.</summary>
    public RecordingHandler Handler { get; private set; } = new();

    /// <summary>What the client sent after its upgrade.</summary>
    public IReadOnlyList<RawFrame> Frames => _frames;

    /// <summary>The request for the upgrade.</summary>
    public string Request { get; private set; } = "";

    /// <summary>The only close frame that the client sent.</summary>
    public RawFrame Close => Assert.Single(_frames, static frame => frame.Opcode == RawFrame.Close);

    /// <summary>Why the connection ended.</summary>
    public SsCause Cause => Handler.CauseOf(SsState.Disconnected);

    /// <summary>What operators are told of it.</summary>
    public SsDetail Detail => _context.Diagnostics.Find(Cause.DetailId)!;

    /// <summary>Why the upgrade failed.</summary>
    public SsCause Refusal => Handler.CauseOf(SsState.Unreachable);

    /// <summary>What operators are told of that.</summary>
    public SsDetail RefusalDetail => _context.Diagnostics.Find(Refusal.DetailId)!;

    /// <summary>The messages received: <c>T</c> or <c>B</c> and their bytes, with a <c>+</c> where the end never came.</summary>
    public IReadOnlyList<string> Messages
    {
        get
        {
            var messages = new List<string>();
            var bytes = new List<byte>();
            var open = false;
            foreach (var one in Handler.Events.Where(static one => one.Kind == RecordedKind.Receive))
            {
                open = true;
                bytes.AddRange(one.Payload.ToArray());
                if (one.Flags.HasFlag(SsRxFlags.EndOfMessage))
                    Finish(one.Flags.HasFlag(SsRxFlags.Text) ? "T" : "B");
            }

            if (open)
                Finish("+");
            return messages;

            void Finish(string kind)
            {
                messages.Add(kind + Encoding.UTF8.GetString([.. bytes]));
                bytes.Clear();
                open = false;
            }
        }
    }

    /// <summary>Upgrades, plays bytes at once, answers the client's close, ends; comes back when both know that it is over.</summary>
    public static Task<WsScript> PlayAsync(byte[] bytes, string more = "", string fields = "", int pieces = int.MaxValue) => PlayAsync(
        async (connection, stopping) =>
        {
            for (var at = 0; at < bytes.Length; at += pieces)
                await connection.WriteAsync(bytes[at..(int)Math.Min(bytes.Length, (long)at + pieces)], stopping);
        },
        more,
        fields);

    /// <summary>As the other one, with whatever is done after the upgrade.</summary>
    /// <param name="script">What the server does; then what the client sends is read to its end.</param>
    /// <param name="more">Further members of the streamtype.</param>
    /// <param name="fields">Further fields of the answer.</param>
    /// <param name="handler">The stream's handler.</param>
    /// <param name="whenConnected">What the test does then.</param>
    /// <param name="echoClose">Whether a close frame of the client is answered.</param>
    public static async Task<WsScript> PlayAsync(
        ConnectionScript script, string more = "", string fields = "", RecordingHandler? handler = null, Func<SecureStream, Task>? whenConnected = null, bool echoClose = true)
    {
        WsScript? run = null;
        var server = ScriptedServer.Start(async (connection, stopping) =>
        {
            run!.Request = await connection.ReadHeadAsync(stopping);
            await connection.WriteAsync(Accept(run.Request, fields), stopping);
            try
            {
                await script(connection, stopping);
                await run.DrainAsync(connection, echoClose, stopping);
            }
            finally
            {
                run._drained.TrySetResult();
            }
        });
        run = new WsScript(server, more);
        run.Handler = handler ?? run.Handler;
        var stream = run._context.Create("x", run.Handler);
        stream.Connect();
        if (whenConnected is not null)
        {
            await run.Handler.WaitForStateAsync(SsState.Connected);
            await whenConnected(stream);
        }

        await run.Handler.WaitForStateAsync(SsState.Disconnected);
        await run._drained.Task.OrFail(static () => "The client did not end the connection.");
        return run;
    }

    /// <summary>Answers the upgrade with something else; comes back when the stream has given up.</summary>
    public static async Task<WsScript> RefuseAsync(Func<string, string> answer, string more = "")
    {
        WsScript? run = null;
        var server = ScriptedServer.Start(async (connection, stopping) =>
        {
            run!.Request = await connection.ReadHeadAsync(stopping);
            await connection.WriteAsync(answer(run.Request), stopping);
        });
        run = new WsScript(server, more);
        run._context.Create("x", run.Handler).Connect();
        await run.Handler.WaitForStateAsync(SsState.Unreachable);
        return run;
    }

    /// <summary>The answer that accepts an upgrade.</summary>
    /// <param name="request">The request.</param>
    /// <param name="fields">Further fields, each with its end of line.</param>
    /// <param name="key">The key answered to; the request's by default.</param>
    public static string Accept(string request, string fields = "", string? key = null)
    {
        key ??= Field(request, "Sec-WebSocket-Key");
#pragma warning disable CA5350 // The protocol says SHA-1.
        var accept = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
#pragma warning restore CA5350
        return $"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n{fields}\r\n";
    }

    /// <summary>The value of a request's field; empty when it has none.</summary>
    public static string Field(string request, string name) =>
        request.Split("\r\n").Where(line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase)).Select(line => line[(name.Length + 1)..].Trim()).FirstOrDefault("");

    public async ValueTask DisposeAsync()
    {
        await _context.DisposeAsync();
        await _server.DisposeAsync();
        Assert.Empty(_server.ScriptFailures);
        Handler.AssertClean();
        _log.AssertClean();
        _log.Dispose();
    }

    private async Task DrainAsync(ScriptedConnection connection, bool echoClose, CancellationToken stopping)
    {
        while (await RawFrame.ReadAsync(connection.Stream, stopping) is { } frame)
        {
            lock (_frames)
                _frames.Add(frame);
            if (frame.Opcode != RawFrame.Close)
                continue;
            if (echoClose)
                await connection.WriteAsync(RawFrame.Make(RawFrame.Fin | RawFrame.Close, frame.Payload), stopping);
            return;
        }
    }
}
