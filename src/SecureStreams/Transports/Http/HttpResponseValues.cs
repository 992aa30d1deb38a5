using System.Globalization;
using System.Net.Http.Headers;
using SecureStreams.Core;
using SecureStreams.Network;

namespace SecureStreams.Transports.Http;

/// <summary>From response headers to metadata.</summary>
internal static class HttpResponseValues
{
    /// <summary>Publishes every declared header and what is to be said of the connection; without either nothing is allocated.</summary>
    /// <returns>What was published, not to be changed; null where nothing is declared.</returns>
    public static string?[]? PublishOnMailbox(HttpPlan plan, MetadataStore metadata, HttpResponseMessage response, ConnectionFacts? facts)
    {
        if (plan.Headers.IsEmpty && plan.Dial.Facts.IsEmpty)
            return null;

        var values = new string?[plan.Policy.Metadata.Length];
        foreach (var row in plan.Headers)
            values[row.Index] = Find(response.Headers, row.Name) ?? Find(response.Content.Headers, row.Name);
        plan.Dial.Facts.Fill(facts, values);
        metadata.PublishReceivedOnMailbox(values);
        return values;
    }

    /// <summary>Whether an answer has content at all: to HEAD, and with 204 and 304, it has none, whatever its head says of one (RFC 9110 section 6.4.1).</summary>
    public static bool HasContent(HttpMethod asked, HttpResponseMessage response) => asked != HttpMethod.Head && (int)response.StatusCode is not (204 or 304);

    /// <summary>
    /// The length of the body that a response announces; -1 when it does not, 0 where there is no content. Read as text, because the parsed value is an allocation for each response.
    /// </summary>
    /// <exception cref="TransportException">It announces something that is no length, or several, or another transfer coding than chunks: where the body ends is then anybody's guess.</exception>
    public static long AnnouncedLength(HttpMethod asked, HttpResponseMessage response)
    {
        if (!HasContent(asked, response))
            return 0;

        // Chunks, which are of HTTP/1.1 alone, say by themselves where they end, whatever is announced beside them (RFC 9112 section 6.3).
        if (response.Version.Major == 1 && response.Headers.NonValidated.TryGetValues("Transfer-Encoding", out var codings))
            return codings.Count == 1 && codings.ToString().Trim().Equals("chunked", StringComparison.OrdinalIgnoreCase) ? -1 : throw OtherCoding(string.Join(", ", codings));
        if (!response.Content.Headers.NonValidated.TryGetValues("Content-Length", out var values))
            return -1;

        var length = -1L;
        foreach (var value in values)
        {
            if (!long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var one) || (length >= 0 && one != length))
                throw new TransportException(new TransportFailure(SsPhase.Protocol, SsCauseCode.ProtocolError, "The peer announces a length of the body that is not one number."));
            length = one;
        }

        return length;
    }

    /// <summary>The platform would undo chunks alone, or none, and take the rest for the body.</summary>
    private static TransportException OtherCoding(string codings) => new(new TransportFailure(SsPhase.Protocol, SsCauseCode.ProtocolError,
        $"The peer sends the body in the transfer coding '{OperatorText.Clean(codings)}', which it was not asked for; nothing but chunked is undone here."));

    /// <summary>Refuses an answer whose body is announced to be longer than the policy allows.</summary>
    /// <exception cref="TransportException">It is.</exception>
    public static void CheckLength(HttpPlan plan, long announced)
    {
        if (plan.MaxBodyBytes > 0 && announced > plan.MaxBodyBytes)
            throw new TransportException(HttpFailures.TooLarge(plan, announced));
    }

    /// <summary>A header's value as it came, several joined by ", "; null when it is absent.</summary>
    public static string? Find(HttpHeaders headers, string name)
    {
        if (!headers.NonValidated.TryGetValues(name, out var values))
            return null;
        return values.Count == 1 ? values.ToString() : string.Join(", ", values);
    }
}
