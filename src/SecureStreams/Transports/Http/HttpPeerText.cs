using System.Text;
using SecureStreams.Network;

namespace SecureStreams.Transports.Http;

/// <summary>What the peer said, made safe to print.</summary>
internal static class HttpPeerText
{
    private const int MaxStatusLine = 160;

    /// <summary>The status line; reason phrases have no bound of their own.</summary>
    public static string StatusLine(HttpResponseMessage response)
    {
        var line = $"HTTP/{response.Version.ToString(response.Version.Major >= 2 ? 1 : 2)} {(int)response.StatusCode} {response.ReasonPhrase}";
        return OperatorText.Clean(line, MaxStatusLine).TrimEnd();
    }

    /// <summary>The status line, where a redirect leads, and the beginning of the body, as far as there are any.</summary>
    public static string Of(HttpResponseMessage response, string? place, ReadOnlyMemory<byte> body) => Of(StatusLine(response), place, body);

    /// <summary>As <see cref="Of(HttpResponseMessage, string?, ReadOnlyMemory{byte})"/>, with the line made before.</summary>
    public static string Of(string statusLine, string? place, ReadOnlyMemory<byte> body)
    {
        var text = place is null ? statusLine : $"{statusLine}, to {place}";

        // Whatever charset it names: what operators look for is legible as UTF-8, and the rest is replaced.
        return body.IsEmpty ? text : $"{text}: {OperatorText.Clean(Encoding.UTF8.GetString(body.Span), HttpDefaults.PeerTextBytes)}";
    }
}
