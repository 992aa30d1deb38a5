using SecureStreams.Transports.Http;

namespace SecureStreams.Transports.WebSocket;

/// <summary>What a status means that is no upgrade. Pure.</summary>
internal static class WebSocketRefusals
{
    /// <summary>The failure of an upgrade that was answered with <paramref name="status"/>.</summary>
    /// <param name="status">The status.</param>
    /// <param name="retryAfter">The Retry-After field, or null.</param>
    /// <param name="date">The Date field, or null.</param>
    /// <param name="now">Our clock.</param>
    public static TransportFailure Of(int status, string? retryAfter, string? date, DateTimeOffset now)
    {
        if (HttpNames.IsBusy(status))
        {
            var wait = HttpRetryAfter.Read(retryAfter, date, now);
            var text = wait is { } delay ? $"The peer asks to come back in {delay.TotalSeconds:0} s (status {status})." : $"The peer asks to come back later (status {status}).";
            return new TransportFailure(SsPhase.Peer, SsCauseCode.PeerBusy, text) { Status = status, RetryAfter = wait };
        }

        var (mend, attribute) = status switch
        {
            401 or 403 => ("check the token in http_auth_header's blob and what the peer allows", (string?)null),
            404 => ("check http_url", "http_url"),
            >= 200 and <= 299 => ("it takes this URL for a page; check http_url", "http_url"),
            400 or 426 => ("check ws_subprotocol and http_url, and that the peer speaks version 13", null),
            _ => ("see what the peer says", null),
        };
        return new TransportFailure(SsPhase.Peer, SsCauseCode.PeerRefused, $"The peer refused the upgrade with status {status}; {mend}.") { Status = status, Attribute = attribute };
    }
}
