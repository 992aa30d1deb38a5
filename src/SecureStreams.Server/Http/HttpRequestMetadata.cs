using System.Globalization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Primitives;
using SecureStreams.Codecs.Multipart;
using SecureStreams.Core;
using SecureStreams.Transports.Http;
using QueryStringEnumerable = Microsoft.AspNetCore.WebUtilities.QueryStringEnumerable;

namespace SecureStreams.Server.Http;

/// <summary>From one request to metadata: its head, then its parts or its trailers.</summary>
internal sealed class HttpRequestMetadata(HttpServerPlan plan, MetadataStore metadata, HttpExchange exchange)
{
    // What the head said; published arrays are not changed any more.
    private string?[]? _head;
    private List<KeyValuePair<string, string>>? _all;

    /// <summary>
    /// Publishes method, path, query, declared headers, arguments of the URL and what is to be said of the connection. An argument never counts for what comes from elsewhere: a client
    /// cannot make itself another method or path by asking for <c>?method=</c>.
    /// </summary>
    /// <returns>What was published, a place for each declared name.</returns>
    public string?[] PublishHeadOnMailbox()
    {
        var request = exchange.Request;
        if (plan.AllowsDirect)
        {
            _all = new List<KeyValuePair<string, string>>(request.Headers.Count);
            foreach (var (name, value) in request.Headers)
                _all.Add(new KeyValuePair<string, string>(name, TextOf(value)));
            metadata.PublishDirectOnMailbox(_all);
        }

        if (plan.Policy.Metadata.IsEmpty)
            return [];
        var values = new string?[plan.Policy.Metadata.Length];
        if (!plan.Arguments.IsEmpty && request.QueryString.Length > 1)
            FillArguments(request.QueryString, values);
        if (exchange.RouteValues is { Count: > 0 } route)
            FillFromRoute(route, values);
        foreach (var row in plan.Headers)
        {
            if (request.Headers.TryGetValue(row.Name, out var value) && value.Count > 0)
                values[row.Index] = TextOf(value);
        }

        Set(values, plan.Method, request.Method);
        Set(values, plan.Path, request.Path);
        Set(values, plan.Query, request.QueryString.Length > 1 ? request.QueryString[1..] : "");
        if (!plan.Facts.IsEmpty)
            plan.Facts.Fill(exchange.Facts, values);
        _head = values;
        metadata.PublishReceivedOnMailbox(values);
        return values;
    }

    /// <summary>Publishes what is to be said of the part that begins. What describes a body is the part's alone; for anything else that it says nothing of, the head of the request stands.</summary>
    public void PublishPartOnMailbox(MultipartReader part)
    {
        if (_head is not null)
        {
            var values = (string?[])_head.Clone();
            foreach (var row in plan.Headers)
            {
                if (part.Header(row.Name) is { } value)
                    values[row.Index] = value;
                else if (HttpNames.IsContentHeader(row.Name))
                    values[row.Index] = null;
            }

            PartDisposition.Read(part.Header("Content-Disposition"), out var name, out var fileName);
            Set(values, plan.PartName, name);
            Set(values, plan.PartFileName, fileName);
            if (!plan.Facts.IsEmpty)
                plan.Facts.Carry(_head, values);
            metadata.PublishReceivedOnMailbox(values);
        }

        if (_all is not null)
        {
            var all = new List<KeyValuePair<string, string>>(_all.Count);
            part.CopyHeaders(all);
            all.AddRange(_all.Where(static one => !HttpNames.IsContentHeader(one.Key)));
            metadata.PublishDirectOnMailbox(all);
        }
    }

    /// <summary>Publishes what followed the body, for metadata that the policy has there (<c>http_trailers</c>), and for no others: what a head says is not to be overridden from behind.</summary>
    public void PublishTrailersOnMailbox()
    {
        if (plan.Trailers.IsEmpty || _head is null || exchange.Trailers is not { } trailers)
            return;
        var values = (string?[])_head.Clone();
        foreach (var row in plan.Trailers)
        {
            if (trailers.TryGetValue(row.Name, out var value) && value.Count > 0)
                values[row.Index] = TextOf(value);
        }

        metadata.PublishReceivedOnMailbox(values);
    }

    private static void Set(string?[] values, int index, string? value)
    {
        if (index >= 0)
            values[index] = value;
    }

    private void FillArguments(string query, string?[] values)
    {
        foreach (var pair in new QueryStringEnumerable(query))
        {
            var name = pair.DecodeName();
            foreach (var index in plan.Arguments)
            {
                // The first counts, as it is read from left to right.
                if (values[index] is null && name.Span.SequenceEqual(plan.Policy.Metadata[index].Name))
                    values[index] = pair.DecodeValue().ToString();
            }
        }
    }

    /// <summary>What the path says counts more than what the query does.</summary>
    private void FillFromRoute(RouteValueDictionary route, string?[] values)
    {
        foreach (var index in plan.Arguments)
        {
            if (route.TryGetValue(plan.Policy.Metadata[index].Name, out var value) && value is not null)
                values[index] = Convert.ToString(value, CultureInfo.InvariantCulture);
        }
    }

    private static string TextOf(StringValues value) => value.Count == 1 ? value[0] ?? "" : string.Join(", ", value.ToArray());
}
