using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;
using SecureStreams.Core;

namespace SecureStreams.Server.Http;

/// <summary>From a request to metadata.</summary>
internal static class HttpRequestMetadata
{
    /// <summary>
    /// Publishes method, path, query, declared headers, arguments of the URL and what is to be said of the connection. An argument never counts for what comes from elsewhere: a client
    /// cannot make itself another method or path by asking for <c>?method=</c>.
    /// </summary>
    /// <returns>What was published, a place for each declared name.</returns>
    public static string?[] PublishOnMailbox(HttpServerPlan plan, MetadataStore metadata, HttpExchange exchange)
    {
        var request = exchange.Request;
        if (plan.AllowsDirect)
        {
            var all = new List<KeyValuePair<string, string>>(request.Headers.Count);
            foreach (var (name, value) in request.Headers)
                all.Add(new KeyValuePair<string, string>(name, TextOf(value)));
            metadata.PublishDirectOnMailbox(all);
        }

        if (plan.Policy.Metadata.IsEmpty)
            return [];
        var values = new string?[plan.Policy.Metadata.Length];
        if (!plan.Arguments.IsEmpty && request.QueryString.Length > 1)
            FillArguments(plan, request.QueryString, values);
        foreach (var row in plan.Headers)
        {
            if (request.Headers.TryGetValue(row.Name, out var value) && value.Count > 0)
                values[row.Index] = TextOf(value);
        }

        Set(plan.Method, request.Method);
        Set(plan.Path, request.Path);
        Set(plan.Query, request.QueryString.Length > 1 ? request.QueryString[1..] : "");
        plan.Facts.Fill(exchange.Facts, values);
        metadata.PublishReceivedOnMailbox(values);
        return values;

        void Set(int index, string value)
        {
            if (index >= 0)
                values[index] = value;
        }
    }

    private static void FillArguments(HttpServerPlan plan, string query, string?[] values)
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

    private static string TextOf(StringValues value) => value.Count == 1 ? value[0] ?? "" : string.Join(", ", value.ToArray());
}
