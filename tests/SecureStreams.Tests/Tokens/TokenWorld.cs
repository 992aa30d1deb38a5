using System.Globalization;
using System.Text;
using SecureStreams.Policy;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.Tests.Core;
using SecureStreams.Transports;
using SecureStreams.Transports.InMemory;

namespace SecureStreams.Tests.Tokens;

/// <summary>A token server and a peer that asks for its tokens, in memory, on one thread and virtual time.</summary>
internal sealed class TokenWorld : IAsyncDisposable
{
    public const string Root = "grant_type=refresh_token&refresh_token=root-secret-0001&client_id=c";

    private readonly Dictionary<string, (DateTimeOffset From, DateTimeOffset Until)> _issued = new(StringComparer.Ordinal);

    /// <param name="auth">More members of the scheme.</param>
    /// <param name="fetcher">More members of the streamtype that fetches.</param>
    /// <param name="stream">More members of the streamtypes that use it.</param>
    /// <param name="chance">What the random numbers are.</param>
    /// <param name="policy">Another policy altogether.</param>
    /// <param name="more">More options.</param>
    public TokenWorld(string auth = "", string fetcher = "", string stream = "", double chance = 0, string? policy = null, Func<SsContextOptions, SsContextOptions>? more = null)
    {
        World = new CoreWorld(policy ?? Policy(auth, fetcher, stream), chance, more: more);
        World.Context.Blobs.Write(SsBlobNames.AuthRoot, Encoding.UTF8.GetBytes(Root));
        World.Play = Play;
    }

    public CoreWorld World { get; }

    public int Fetches { get; private set; }

    /// <summary>When each fetch reached the server.</summary>
    public List<TimeSpan> FetchTimes { get; } = [];

    /// <summary>Those of them that followed one which did not reach it.</summary>
    public List<TimeSpan> FetchTimesWhileDown { get; } = [];

    /// <summary>Whether the last did not reach the server; set by <see cref="Trouble"/>.</summary>
    public bool WasDown { get; set; }

    /// <summary>Requests that carried a token, and how many of those the server did not take.</summary>
    public int Requests { get; private set; }

    public int Refusals { get; private set; }

    /// <summary>Requests that carried a token that had expired by then.</summary>
    public int Expired { get; private set; }

    /// <summary>How long tokens live.</summary>
    public TimeSpan Life { get; set; } = TimeSpan.FromHours(1);

    /// <summary>What the token server does, instead of giving a token; null when it works.</summary>
    public Action<InMemoryPeer>? Trouble { get; set; }

    /// <summary>What a broker does.</summary>
    public Action<InMemoryPeer>? Lasting { get; set; }

    /// <summary>Tokens that are not taken any more although they should be.</summary>
    public HashSet<string> Revoked { get; } = new(StringComparer.Ordinal);

    public string? Token
    {
        get
        {
            using var blob = World.Context.Blobs.Read("AUTH_0");
            return blob is null ? null : Encoding.UTF8.GetString(blob.Span);
        }
    }

    /// <param name="auth">More members of the scheme.</param>
    /// <param name="fetcher">More members of the streamtype that fetches.</param>
    /// <param name="stream">More members of the streamtypes that use it.</param>
    /// <param name="more">More streamtypes.</param>
    public static string Policy(string auth = "", string fetcher = "", string stream = "", string more = "") => $$"""
        {
          "retry": [{ "r": { "backoff": [1000, 2000], "conceal": 65535, "jitterpc": 0 }, "few": { "backoff": [1000], "conceal": 2, "jitterpc": 0 } }],
          "auth": [{ "name": "a", "streamtype": "fetch", "blob": 0{{auth}} }],
          "s": [{
            "fetch": { "endpoint": "tokens.test", "port": 1, "protocol": "h1", "http_method": "POST", "http_url": "/token", "http_www_form_urlencoded": true{{fetcher}} },
            "get": { "endpoint": "peer.test", "port": 1, "protocol": "h1", "http_method": "GET", "http_url": "/", "use_auth": "a", "http_auth_header": "authorization:", "http_auth_preamble": "Bearer ", "retry": "r"{{stream}} },
            "link": { "endpoint": "peer.test", "port": 1, "protocol": "ws", "http_url": "/", "use_auth": "a", "http_auth_header": "authorization:", "retry": "r"{{stream}} },
            "once": { "endpoint": "peer.test", "port": 1, "protocol": "h1", "http_method": "GET", "http_url": "/", "use_auth": "a", "http_auth_header": "authorization:" }{{more}}
          }]
        }
        """;

    public (SecureStream Stream, RecordingHandler Handler) Connect(string streamType)
    {
        var (stream, handler) = World.Create(streamType);
        World.Do(stream.Connect);
        return (stream, handler);
    }

    public static void Answer(InMemoryPeer peer, int status, string body)
    {
        peer.Accept();
        var flags = SsRxFlags.StartOfMessage;
        foreach (var piece in Encoding.UTF8.GetBytes(body).Chunk(10_000))
        {
            peer.Send(piece, flags);
            flags = SsRxFlags.None;
        }

        peer.Send(default, SsRxFlags.EndOfMessage);
        peer.Acknowledge(status == 200, status);
        peer.Close(null);
    }

    public void Give(InMemoryPeer peer, string? more = null)
    {
        var token = string.Create(CultureInfo.InvariantCulture, $"token-secret-{Fetches}");
        var now = World.Clock.GetUtcNow();
        _issued[token] = (now, now + Life);
        Answer(peer, 200, string.Create(CultureInfo.InvariantCulture, $$"""{"access_token":"{{token}}","expires_in":{{Life.TotalSeconds}},"token_type":"bearer"{{more}}}"""));
    }

    /// <summary>The server has given a token without this having seen it.</summary>
    public void Issue(string token, TimeSpan life) => _issued[token] = (World.Clock.GetUtcNow(), World.Clock.GetUtcNow() + life);

    public async ValueTask DisposeAsync() => await World.DisposeAsync();

    private void Play(InMemoryPeer peer)
    {
        if (peer.Policy.Protocol == WireProtocol.Mqtt)
        {
            Lasting!(peer);
            return;
        }

        if (peer.Policy.Name is "fetch" or "second" or "api_amazon_com_auth")
        {
            Fetches++;
            FetchTimes.Add(World.Clock.Elapsed);
            if (WasDown)
                FetchTimesWhileDown.Add(World.Clock.Elapsed);
            WasDown = false;
            peer.AllowTransmit(due: true);
            if (Trouble is { } trouble)
                trouble(peer);
            else
                Give(peer);
            return;
        }

        // As the transports do it: the blob is read when the head is made.
        Requests++;
        using var blob = World.Context.Blobs.Read("AUTH_0");
        var token = blob is null ? "" : Encoding.UTF8.GetString(blob.Span);
        var isKnown = _issued.TryGetValue(token, out var life);
        if (isKnown && life.Until <= World.Clock.GetUtcNow())
            Expired++;
        if (isKnown && life.Until > World.Clock.GetUtcNow() && !Revoked.Contains(token))
        {
            peer.Accept();
            if (peer.Transport.IsTransactional)
            {
                peer.Acknowledge(true, 200);
                peer.Close(null);
            }

            return;
        }

        Refusals++;
        if (token.Length == 0)
            peer.Close(new TransportFailure(SsPhase.Policy, SsCauseCode.BlobMissing, "none") { Attribute = "http_auth_header" });
        else
            peer.Close(new TransportFailure(SsPhase.Peer, SsCauseCode.PeerRefused, "The peer refused.") { Status = 401 });
    }
}
