using System.Diagnostics;
using System.Net;
using SecureStreams.Network;

namespace SecureStreams.Telemetry;

/// <summary>What a dial adds to the attempt it was made for: where it led, and its phases as child spans.</summary>
internal static class DialSpans
{
    /// <summary>Tells it, right after the dial.</summary>
    /// <param name="attempt">The attempt; null when nobody traces it.</param>
    /// <param name="target">What was dialed.</param>
    /// <param name="connection">What came of it.</param>
    /// <param name="time">The clock.</param>
    public static void Dialed(Activity? attempt, DialTarget target, DialedConnection connection, TimeProvider time)
    {
        if (attempt is null)
            return;
        attempt.SetTag(TelemetryNames.ServerAddress, target.UnixPath ?? target.Host);
        if (target.UnixPath is null)
            attempt.SetTag(TelemetryNames.ServerPort, target.Port);
        attempt.SetTag(TelemetryNames.Transport, target.UnixPath is null ? "tcp" : "unix");
        if (IPEndPoint.TryParse(connection.RemoteAddress, out var peer))
        {
            attempt.SetTag(TelemetryNames.PeerAddress, peer.Address.ToString());
            attempt.SetTag(TelemetryNames.PeerPort, peer.Port);
        }

        var (names, connect, tls) = connection.Timings;
        var end = time.GetUtcNow();
        Phase(attempt.Context, "ss.dial.tls", end - tls, tls);
        var proxy = connection.Timings.Proxy;
        Phase(attempt.Context, "ss.dial.proxy", end - tls - proxy, proxy);
        Phase(attempt.Context, "ss.dial.connect", end - tls - proxy - connect, connect);
        Phase(attempt.Context, "ss.dial.names", end - tls - proxy - connect - names, names);
    }

    private static void Phase(ActivityContext attempt, string name, DateTimeOffset began, TimeSpan took)
    {
        if (took > TimeSpan.Zero && Spans.Start(name, ActivityKind.Internal, attempt, began) is { } span)
            Spans.Stop(span, began + took);
    }
}
