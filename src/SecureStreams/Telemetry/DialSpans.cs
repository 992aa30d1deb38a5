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

        Phases(attempt, connection.Timings, null, SsCause.None, time);
    }

    /// <summary>Tells of one that failed, right after it: the steps it came to, the last of which has failed.</summary>
    public static void Failed(Activity attempt, in DialSteps dial, in SsCause cause, TimeProvider time)
    {
        // One that succeeded has been told.
        if (dial.FailedIn is { } phase)
            Phases(attempt, dial.Timings, phase, cause, time);
    }

    private static void Phases(Activity attempt, in DialTimings timings, SsPhase? failed, in SsCause cause, TimeProvider time)
    {
        var at = time.GetUtcNow();
        Phase("ss.dial.tls", SsPhase.Tls, timings.Tls, cause);
        Phase("ss.dial.proxy", SsPhase.Proxy, timings.Proxy, cause);
        Phase("ss.dial.connect", SsPhase.Connect, timings.Connect, cause);
        Phase("ss.dial.names", SsPhase.Names, timings.Names, cause);

        // The last one first: each ends where the one after it begins.
        void Phase(string name, SsPhase phase, TimeSpan took, in SsCause cause)
        {
            var end = at;
            at -= took;
            if ((took <= TimeSpan.Zero && phase != failed) || Spans.Start(name, ActivityKind.Internal, attempt.Context, at) is not { } span)
                return;
            if (phase == failed)
                Spans.Fail(span, cause);
            Spans.Stop(span, end);
        }
    }
}
