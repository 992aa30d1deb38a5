using System.Globalization;
using System.Net.Http.Headers;
using SecureStreams.Core;

namespace SecureStreams.Transports.Http;

/// <summary>From response headers to metadata.</summary>
internal static class HttpResponseValues
{
    /// <summary>Publishes every declared header; without declared headers nothing is allocated.</summary>
    public static void PublishOnMailbox(HttpPlan plan, MetadataStore metadata, HttpResponseMessage response)
    {
        if (plan.Headers.IsEmpty)
            return;

        var values = new string?[plan.Policy.Metadata.Length];
        foreach (var row in plan.Headers)
            values[row.Index] = Find(response.Headers, row.Name) ?? Find(response.Content.Headers, row.Name);
        metadata.PublishReceivedOnMailbox(values);
    }

    /// <summary>The length of the body that the response announces; -1 when it does not. Read as text, because the parsed value is an allocation for each response.</summary>
    public static long AnnouncedLength(HttpResponseMessage response) =>
        response.Content.Headers.NonValidated.TryGetValues("Content-Length", out var values) && values.Count == 1 &&
        long.TryParse(values.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var length) ? length : -1;

    /// <summary>A header's value as it came, several joined by ", "; null when it is absent.</summary>
    public static string? Find(HttpHeaders headers, string name)
    {
        if (!headers.NonValidated.TryGetValues(name, out var values))
            return null;
        return values.Count == 1 ? values.ToString() : string.Join(", ", values);
    }
}
