using System.Net;

namespace SecureStreams.Network;

/// <summary>One address in an <see cref="AddressRace"/>. Its fields belong to the lock of the race.</summary>
internal sealed class RaceAttempt(SsConnectRequest request, long started)
{
    public SsConnectRequest Request { get; } = request;

    public EndPoint EndPoint => Request.EndPoint;

    /// <summary>Its address, as operators read it.</summary>
    public string Address => field ??= EndPointText.Of(EndPoint);

    /// <summary>Timestamp of its start.</summary>
    public long Started { get; } = started;

    /// <summary>How it ended; null while it runs.</summary>
    public string? Outcome { get; set; }

    public TimeSpan Elapsed { get; set; }

    public Exception? Error { get; set; }

    /// <summary>The connection, for the winner.</summary>
    public Stream? Stream { get; set; }
}
