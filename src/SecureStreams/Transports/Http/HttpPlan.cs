using System.Collections.Immutable;
using SecureStreams.Core;
using SecureStreams.Network;
using SecureStreams.Policy;
using SecureStreams.Transports.Http.Signing;

namespace SecureStreams.Transports.Http;

/// <summary>What is worked out once for a policy and used by every transaction under it.</summary>
internal sealed class HttpPlan
{
    private readonly HttpPools _pools;
    private HttpTarget? _lastTarget;

    /// <param name="policy">The policy.</param>
    /// <param name="pools">The connections that it may share.</param>
    /// <param name="isHttp2">Whether requests go over HTTP/2, else over HTTP/1.1.</param>
    public HttpPlan(StreamTypePolicy policy, HttpPools pools, bool isHttp2)
    {
        _pools = pools;
        Policy = policy;
        Dial = new DialPlan(policy, pools.Faults is not null);
        Http = policy.Http ?? throw new ArgumentException($"Streamtype '{policy.Name}' has no HTTP attributes.", nameof(policy));
        IsHttp2 = isHttp2;
        Version = isHttp2 ? System.Net.HttpVersion.Version20 : System.Net.HttpVersion.Version11;
        var rows = ImmutableArray.CreateBuilder<HttpHeaderRow>();
        for (var i = 0; i < policy.Metadata.Length; i++)
        {
            if (!string.IsNullOrWhiteSpace(policy.Metadata[i].Header))
                rows.Add(HttpHeaderRow.Of(i, policy.Metadata[i]));
        }

        Headers = rows.ToImmutable();
        if (IsHttp2 && Liveness.Of(policy.Retry, canPing: true) is { Ping: { } ping })
            PingAfter = PingDelay(ping);
        BlobHeaders = BlobHeader.Of(policy);
        Signing = SigningPlan.Of(policy);
        IsMultipart = HttpMultipart.IsAskedBy(policy);
        TakesPartsApart = Flag("http_multipart_ss_in");
        KeepsCookies = Flag("http_cookies");
        ExpectsContinue = Flag("http_expect_continue");
        AllowsDirect = DirectHeaders.AreAllowedBy(policy);
        MaxHeaderKilobytes = (int)((Number("max_header_bytes", HttpDefaults.MaxHeaderBytes) + 1023) / 1024);
        MaxBodyBytes = Number("max_body_bytes", 0);
        try
        {
            Method = HttpMethod.Parse(Http.Method);
        }
        catch (FormatException)
        {
            // Reported by each attempt (MethodFailure), where it has a place to go.
        }
    }

    public StreamTypePolicy Policy { get; }

    /// <summary>How connections are made.</summary>
    public DialPlan Dial { get; }

    public HttpPolicy Http { get; }

    public Version Version { get; }

    /// <summary>What details of failures say where something else than the policy's protocol is spoken; else null.</summary>
    public string? FallbackNote { get; init; }

    /// <summary>Why nothing can be spoken; null when something can.</summary>
    public TransportFailure? Unavailable { get; init; }

    /// <summary>Whether connections are shared.</summary>
    public bool IsHttp2 { get; }

    /// <summary>HTTP/2: how long the peer may be silent before the platform pings it; null for never, and for HTTP/1.1, which has no pings.</summary>
    public TimeSpan? PingAfter { get; }

    /// <summary>The metadata that travels in headers.</summary>
    public ImmutableArray<HttpHeaderRow> Headers { get; }

    /// <summary>The headers that blobs fill.</summary>
    public ImmutableArray<BlobHeader> BlobHeaders { get; }

    /// <summary>How requests are signed; null where they are not.</summary>
    public SigningPlan? Signing { get; }

    /// <summary>Whether a body goes out as the parts of a multipart one.</summary>
    public bool IsMultipart { get; }

    /// <summary>Whether a multipart answer is delivered part by part.</summary>
    public bool TakesPartsApart { get; }

    /// <summary>Whether cookies are kept and sent back.</summary>
    public bool KeepsCookies { get; }

    /// <summary>Whether the peer is asked before a body is sent.</summary>
    public bool ExpectsContinue { get; }

    /// <summary>Whether the application sets and reads headers by their names.</summary>
    public bool AllowsDirect { get; }

    /// <summary>The largest head of an answer that is taken, in KiB: the platform counts no finer.</summary>
    public int MaxHeaderKilobytes { get; }

    /// <summary>The largest body of an answer that is taken; 0 for any.</summary>
    public long MaxBodyBytes { get; }

    /// <summary>The method; null when the policy's is not a token.</summary>
    public HttpMethod? Method { get; }

    /// <summary>Why the method cannot be used, or null.</summary>
    public TransportFailure? MethodFailure =>
        Method is not null && Method != HttpMethod.Connect
            ? null
            : new TransportFailure(SsPhase.Policy, SsCauseCode.NotSupported, $"'{Http.Method}' is no method a request can have; set http_method to GET, POST or another request method.")
            {
                Permanent = true,
                Attribute = "http_method",
            };

    /// <summary>Whether the last answer of unknown length was there with its head, as far as anybody waited for it. A guess about the next one: it may be wrong, on any thread.</summary>
    public bool AnswersAtOnce { get; set; }

    /// <summary>Whether requests with <paramref name="method"/> carry a body.</summary>
    public bool CarriesBody(HttpMethod method, long? announced) =>
        !(IsHttp2 && Policy.LongPoll) && // It ends with its head: what is to be said goes with other requests, the answer stays open.
        StreamTraits.TakesBody(method.Method) &&
        (announced > 0 || method == HttpMethod.Post || method == HttpMethod.Put || method == HttpMethod.Patch);

    /// <summary>Expands endpoint and URL; the last result is kept, since it is nearly always the next one too.</summary>
    public TransportFailure? Resolve(MetadataStore metadata, out HttpTarget? target)
    {
        target = null;
        var port = 0;
        if (HttpTargetText.Expand(Policy, metadata, out var endpoint, out var url) is { } failure)
            return failure;

        var last = Volatile.Read(ref _lastTarget);
        if ((Dial.Resolve(metadata, out var way) ?? Dial.ResolvePort(metadata, out port)) is { } noWay)
            return noWay;
        var urlPort = Dial.SetsPort(metadata) ? port : 0;
        if (last is not null && last.Way == way && last.StatedPort == port && last.UrlPort == urlPort && string.Equals(last.EndpointText, endpoint, StringComparison.Ordinal) && string.Equals(last.UrlText, url, StringComparison.Ordinal))
        {
            if (IdentityOf(last.Uri, out var stampNow) is { } unusableNow)
                return unusableNow;
            if (last.Pool.Key.IdentityStamp == stampNow)
            {
                target = last;
                return null;
            }
        }

        if (HttpTargetText.Parse(Policy, endpoint, port, url, out var uri, out var unixPath, urlPort) is { } bad)
            return bad;
        if (IdentityOf(uri!, out var stamp) is { } unusable)
            return unusable;
        target = new HttpTarget(uri!, unixPath, way, PoolOf(uri!, unixPath, way, Dial.Tls, stamp), endpoint, url) { StatedPort = port, UrlPort = urlPort };
        Volatile.Write(ref _lastTarget, target);
        return null;
    }

    /// <summary>Where a redirect leads; the Unix socket and this side's certificate stay with their own origin, trust and pins go along.</summary>
    public HttpTarget Follow(HttpTarget from, Uri to)
    {
        var same = from.IsSameOrigin(to);
        var unixPath = same ? from.UnixPath : null;
        var key = from.Pool.Key;
        return new HttpTarget(to, unixPath, from.Way, PoolOf(to, unixPath, from.Way, same ? key.Tls : key.Tls.ForStranger(), same ? key.IdentityStamp : null), "", "");
    }

    /// <summary>What the blobs of this side's identity hold now, as far as it will be shown.</summary>
    private TransportFailure? IdentityOf(Uri uri, out string? stamp)
    {
        stamp = null;
        return uri.Scheme == Uri.UriSchemeHttps && Dial.Tls.Identity is { } identity ? _pools.Identities?.Current(identity, out stamp) : null;
    }

    /// <summary>The platform looks four times in its delay, and at most each second, whether it is over: what it is told plus that is what is wanted.</summary>
    private static TimeSpan PingDelay(TimeSpan wanted)
    {
        var delay = TimeSpan.FromTicks(Math.Min(wanted.Ticks / 5 * 4, (wanted - HttpDefaults.ShortestPing).Ticks));
        return delay < HttpDefaults.ShortestPing ? HttpDefaults.ShortestPing : delay;
    }

    private long Number(string attribute, long otherwise) => Policy.Find(attribute) is { } stated ? stated.Value.Number : otherwise;

    private bool Flag(string attribute) => Policy.Find(attribute) is { Value.Flag: true };

    private HttpPool PoolOf(Uri uri, string? unixPath, DialOptions way, TlsOptions tls, string? identityStamp) =>
        _pools.Get(new HttpPoolKey(IsHttp2, uri.Scheme == Uri.UriSchemeHttps, uri.IdnHost, uri.Port, unixPath, way, tls, PingAfter, MaxHeaderKilobytes)
        {
            IdentityStamp = identityStamp,
            WantsFacts = !Dial.Facts.IsEmpty,
        });
}
