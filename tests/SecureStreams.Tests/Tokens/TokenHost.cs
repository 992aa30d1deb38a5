using System.Collections.Concurrent;
using System.Globalization;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Servers;

namespace SecureStreams.Tests.Tokens;

/// <summary>
/// A token server and a peer that asks for its tokens, over real connections: <c>POST /token</c>, <c>/api</c> and <c>/live</c>. Every token is good until it is revoked.
/// </summary>
internal sealed class TokenHost : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, bool> _good = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _bodies = new();
    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _fetches;
    private int _served;
    private int _refused;

    private TokenHost()
    {
    }

    public KestrelTestHost Host { get; private set; } = null!;

    public int Fetches => Volatile.Read(ref _fetches);

    public int Served => Volatile.Read(ref _served);

    public int Refused => Volatile.Read(ref _refused);

    /// <summary>What the token server was asked with, in order.</summary>
    public IReadOnlyList<string> Bodies => [.. _bodies];

    /// <summary>Whether the token server answers before <see cref="Open"/>.</summary>
    public bool IsGated { get; init; }

    /// <summary>The challenge of a refusal.</summary>
    public string Challenge { get; set; } = "Bearer realm=\"test\", error=\"invalid_token\", error_description=\"expired\"";

    /// <summary>Whether no token is good.</summary>
    public bool TakesNone { get; set; }

    public int RefusalStatus { get; set; } = 401;

    public static async Task<TokenHost> StartAsync(bool isGated = false)
    {
        var host = new TokenHost { IsGated = isGated };
        host.Host = await KestrelTestHost.StartAsync(new KestrelTestHostOptions { Otherwise = host.AnswerAsync });
        return host;
    }

    public void Open() => _open.TrySetResult();

    public void RevokeAll() => _good.Clear();

    /// <summary>A policy with a streamtype for each protocol.</summary>
    /// <param name="more">More members of the streamtypes that use the token.</param>
    public string Policy(string more = "") => $$"""
        {
          "retry": [{ "r": { "backoff": [1000], "conceal": 65535 } }],
          "auth": [{ "name": "a", "streamtype": "fetch", "blob": 0 }, { "name": "p", "blob_name": "of-the-program" }],
          "s": [{
            "fetch": { "endpoint": "127.0.0.1", "port": {{Host.HttpPort}}, "protocol": "h1", "http_method": "POST", "http_url": "/token", "http_www_form_urlencoded": true, "retry": "r" },
            "h1": { {{Common(Host.HttpPort, "h1")}}, "http_method": "GET", "http_url": "/api"{{more}} },
            "h2": { {{Common(Host.H2cPort, "h2")}}, "http_method": "GET", "http_url": "/api"{{more}} },
            "ws": { {{Common(Host.HttpPort, "ws")}}, "http_url": "/live", "ws_subprotocol": ""{{more}} },
            "post": { {{Common(Host.HttpPort, "h1")}}, "http_method": "POST", "http_url": "/api"{{more}} },
            "expect": { {{Common(Host.HttpPort, "h1")}}, "http_method": "POST", "http_url": "/api", "http_expect_continue": true{{more}} }
          }]
        }
        """;

    public ValueTask DisposeAsync()
    {
        Open();
        return Host.DisposeAsync();
    }

    private static string Common(int port, string protocol) =>
        string.Create(CultureInfo.InvariantCulture, $"\"endpoint\": \"127.0.0.1\", \"port\": {port}, \"protocol\": \"{protocol}\", \"use_auth\": \"a\", \"http_auth_header\": \"authorization:\", \"http_auth_preamble\": \"Bearer \", \"retry\": \"r\"");

    private async Task AnswerAsync(HttpContext context)
    {
        if (context.Request.Path == "/token")
        {
            using var reader = new StreamReader(context.Request.Body);
            _bodies.Enqueue($"{context.Request.ContentType} {await reader.ReadToEndAsync()}");
            if (IsGated)
                await _open.Task.OrFail(static () => "The gate stays shut.");
            var token = string.Create(CultureInfo.InvariantCulture, $"issued-secret-{Interlocked.Increment(ref _fetches)}");
            _good[token] = true;
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync($$"""{"access_token":"{{token}}","expires_in":3600,"token_type":"bearer"}""");
            return;
        }

        var header = context.Request.Headers.Authorization.ToString();
        if (TakesNone || !header.StartsWith("Bearer ", StringComparison.Ordinal) || !_good.ContainsKey(header[7..]))
        {
            Interlocked.Increment(ref _refused);
            context.Response.StatusCode = RefusalStatus;
            context.Response.Headers.WWWAuthenticate = Challenge;
            await context.Response.WriteAsync("who are you?");
            return;
        }

        Interlocked.Increment(ref _served);
        if (!context.WebSockets.IsWebSocketRequest)
        {
            using var reader = new StreamReader(context.Request.Body);
            await context.Response.WriteAsync($"served {(await reader.ReadToEndAsync()).Length}");
            return;
        }

        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        try
        {
            while ((await socket.ReceiveAsync(new byte[100], context.RequestAborted)).MessageType != WebSocketMessageType.Close)
            {
                // Until the other side goes.
            }

            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, context.RequestAborted);
        }
        catch (Exception error) when (error is WebSocketException or OperationCanceledException)
        {
            // It went without a word.
        }
    }
}
