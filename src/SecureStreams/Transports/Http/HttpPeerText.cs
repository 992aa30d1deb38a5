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

    /// <summary>Status line and the beginning of the body, if there is one.</summary>
    public static string Of(HttpResponseMessage response, ReadOnlySpan<byte> body) =>
        body.IsEmpty ? StatusLine(response) : $"{StatusLine(response)}: {OperatorText.Clean(Encoding.UTF8.GetString(body), HttpDefaults.PeerTextBytes)}";
}
