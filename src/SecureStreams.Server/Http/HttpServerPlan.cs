using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using SecureStreams.Core;
using SecureStreams.Network;
using SecureStreams.Policy;
using SecureStreams.Transports.Http;

namespace SecureStreams.Server.Http;

/// <summary>What a policy says of requests and answers, worked out once for it.</summary>
internal sealed class HttpServerPlan
{
    private const int DefaultRate = 240; // Bytes a second: Kestrel's own.

    /// <summary>How many parts a request may have: each costs the application a message, however small it is.</summary>
    public const int MaxParts = 1000;

    private static readonly FrozenSet<string> NotBehind = new[]
    {
        "age", "authorization", "cache-control", "connection", "content-encoding", "content-length", "content-range", "content-type", "cookie", "date", "expect", "expires", "host", "keep-alive", "location",
        "max-forwards", "pragma", "proxy-authenticate", "proxy-authorization", "range", "retry-after", "set-cookie", "te", "trailer", "transfer-encoding", "upgrade", "vary", "warning", "www-authenticate",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static readonly ConditionalWeakTable<StreamTypePolicy, HttpServerPlan> Plans = [];

    private HttpServerPlan(StreamTypePolicy policy)
    {
        Facts = ConnectionFactPlan.Of(policy);
        AllowsDirect = DirectHeaders.AreAllowedBy(policy);
        NoContentLength = policy.Http?.NoContentLength ?? false;
        MaxBodyBytes = policy.Find("max_body_bytes")?.Value.Number is { } most and > 0 ? most : null;
        MaxHeaderBytes = (int)(policy.Find("max_header_bytes")?.Value.Number ?? 32 * 1024);
        HeaderTimeout = TimeSpan.FromMilliseconds(policy.Find("header_timeout_ms")?.Value.Number ?? 15_000);
        var grace = TimeSpan.FromMilliseconds(policy.Find("min_rate_grace_ms")?.Value.Number ?? 5_000);
        MinReceiveRate = RateOf("min_rx_rate");
        MinSendRate = RateOf("min_tx_rate");
        IdleTimeout = TimeSpan.FromMilliseconds(policy.Find("idle_timeout_ms")?.Value.Number ?? 130_000);
        (Method, Path, Query, PartName, PartFileName) = (-1, -1, -1, -1, -1);
        TakesPartsApart = policy.Find("http_multipart_ss_in")?.Value.Flag ?? false;
        var headers = ImmutableArray.CreateBuilder<HttpHeaderRow>();
        var trailers = ImmutableArray.CreateBuilder<HttpHeaderRow>();
        var arguments = ImmutableArray.CreateBuilder<int>();
        var behind = policy.Find("http_trailers")?.Value.Items.Select(static one => one.Text).ToHashSet(StringComparer.Ordinal) ?? [];
        for (var i = 0; i < policy.Metadata.Length; i++)
        {
            var row = policy.Metadata[i];
            if (!string.IsNullOrWhiteSpace(row.Header))
                (behind.Contains(row.Name) && !NotBehind.Contains(row.Header.Trim().TrimEnd(':')) ? trailers : headers).Add(HttpHeaderRow.Of(i, row));
            else if (row.Name == "method")
                Method = i;
            else if (row.Name == "path")
                Path = i;
            else if (row.Name == "query")
                Query = i;
            else if (TakesPartsApart && row.Name == "part_name")
                PartName = i;
            else if (TakesPartsApart && row.Name == "part_filename")
                PartFileName = i;
            else if (!Facts.Fills(row.Name))
                arguments.Add(i);
        }

        Headers = headers.ToImmutable();
        Trailers = trailers.ToImmutable();
        Arguments = arguments.ToImmutable();
        Policy = policy;

        MinDataRate? RateOf(string attribute) => (policy.Find(attribute)?.Value.Number ?? DefaultRate) is var rate and > 0 ? new MinDataRate(rate, grace) : null;
    }

    public StreamTypePolicy Policy { get; }

    /// <summary>The metadata that say something of the connection.</summary>
    public ConnectionFactPlan Facts { get; }

    /// <summary>The metadata that travel in headers, of requests as of answers.</summary>
    public ImmutableArray<HttpHeaderRow> Headers { get; }

    /// <summary>The metadata that travel behind bodies instead, of requests as of answers (<c>http_trailers</c>).</summary>
    public ImmutableArray<HttpHeaderRow> Trailers { get; }

    /// <summary>The metadata that an argument of the URL with their name fills: those that travel nowhere else.</summary>
    public ImmutableArray<int> Arguments { get; }

    /// <summary>The place of metadata <c>method</c>; -1 where it is not declared.</summary>
    public int Method { get; }

    /// <summary>The place of metadata <c>path</c>.</summary>
    public int Path { get; }

    /// <summary>The place of metadata <c>query</c>.</summary>
    public int Query { get; }

    /// <summary><c>http_multipart_ss_in</c>.</summary>
    public bool TakesPartsApart { get; }

    /// <summary>The place of metadata <c>part_name</c>; -1 where it is not declared, or parts are not taken apart.</summary>
    public int PartName { get; }

    /// <summary>The place of metadata <c>part_filename</c>.</summary>
    public int PartFileName { get; }

    /// <summary><c>direct_proto_str</c>.</summary>
    public bool AllowsDirect { get; }

    /// <summary><c>http_no_content_length</c>.</summary>
    public bool NoContentLength { get; }

    /// <summary><c>max_body_bytes</c>; null for any.</summary>
    public long? MaxBodyBytes { get; }

    /// <summary><c>max_header_bytes</c>.</summary>
    public int MaxHeaderBytes { get; }

    /// <summary><c>header_timeout_ms</c>.</summary>
    public TimeSpan HeaderTimeout { get; }

    /// <summary><c>min_rx_rate</c> with <c>min_rate_grace_ms</c>; null for no bound.</summary>
    public MinDataRate? MinReceiveRate { get; }

    /// <summary><c>min_tx_rate</c> with <c>min_rate_grace_ms</c>; null for no bound.</summary>
    public MinDataRate? MinSendRate { get; }

    /// <summary><c>idle_timeout_ms</c>.</summary>
    public TimeSpan IdleTimeout { get; }

    /// <summary>Makes sure that what is to travel behind a body may.</summary>
    /// <exception cref="SsPolicyException">It may not.</exception>
    public static void Check(StreamTypePolicy policy)
    {
        foreach (var name in policy.Find("http_trailers")?.Value.Items.Select(static one => one.Text) ?? [])
        {
            var header = policy.Metadata.FirstOrDefault(one => one.Name == name)?.Header?.Trim().TrimEnd(':');
            var problem = string.IsNullOrEmpty(header) ? "has no header"
                : NotBehind.Contains(header) ? $"has header '{header}', which says how a message is to be taken and has to stand before it (RFC 9110 section 6.5.1)" : null;
            if (problem is not null)
                throw new SsPolicyException($"Streamtype '{policy.Name}': http_trailers names metadata '{name}', which {problem}; give it another header, or leave it out.{(policy.Locate("http_trailers") is { } at ? $" ({at})" : "")}");
        }
    }

    /// <summary>The plan of <paramref name="policy"/>.</summary>
    public static HttpServerPlan Of(StreamTypePolicy policy) => Plans.GetValue(policy, static one => new HttpServerPlan(one));
}
