using System.Text;
using SecureStreams.Network;

namespace SecureStreams.Transports.Http;

/// <summary>What the peer said, made safe to print.</summary>
internal static class HttpPeerText
{
    private const int MaxStatusLine = 160;

    /// <summary>Version and status alone: all that is told of an answer that may hold anything.</summary>
    public static string Status(HttpResponseMessage response) => $"HTTP/{response.Version.ToString(response.Version.Major >= 2 ? 1 : 2)} {(int)response.StatusCode}";

    /// <summary>The status line; reason phrases have no bound of their own.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="secrets">What its request told the peer in confidence; null for nothing.</param>
    public static string StatusLine(HttpResponseMessage response, QuotedSecrets? secrets) => StatusLine(Status(response), response.ReasonPhrase ?? "", secrets);

    /// <summary>As <see cref="StatusLine(HttpResponseMessage, QuotedSecrets?)"/>, of a line as it came.</summary>
    public static string StatusLine(string line, QuotedSecrets? secrets)
    {
        // Version, status, and words.
        var status = line.IndexOf(' ', StringComparison.Ordinal);
        var words = status < 0 ? -1 : line.IndexOf(' ', status + 1);
        return words < 0 ? StatusLine(line, "", secrets) : StatusLine(line[..words], line[(words + 1)..], secrets);
    }

    /// <summary>All that operators are told of an answer, without what its request told the peer in confidence.</summary>
    public static string Of(HttpPlan plan, HttpResponseMessage response, string? place, ReadOnlyMemory<byte> body)
    {
        var secrets = HttpSecrets.Of(plan, response.RequestMessage);
        return Of(StatusLine(response, secrets), place, body, secrets);
    }

    /// <summary>The status line, where a redirect leads, and the beginning of the body, as far as there are any.</summary>
    /// <param name="statusLine">The line, made before.</param>
    /// <param name="place">Where a redirect leads; null where it is none.</param>
    /// <param name="body">The beginning of the body.</param>
    /// <param name="secrets">What the request told the peer in confidence; null for nothing.</param>
    public static string Of(string statusLine, string? place, ReadOnlyMemory<byte> body, QuotedSecrets? secrets)
    {
        var text = place is null ? statusLine : $"{statusLine}, to {secrets?.Strike(place) ?? place}";
        if (body.IsEmpty)
            return text;

        // Whatever charset it names: what operators look for is legible as UTF-8, and the rest is replaced.
        var said = Encoding.UTF8.GetString(body.Span);
        return $"{text}: {OperatorText.Clean(secrets?.Strike(said) ?? said, HttpDefaults.PeerTextBytes)}";
    }

    private static string StatusLine(string status, string words, QuotedSecrets? secrets) => OperatorText.Clean($"{status} {secrets?.Strike(words) ?? words}", MaxStatusLine).TrimEnd();
}
