using Microsoft.Extensions.Logging;
using SecureStreams.Policy;
using SecureStreams.Transports;

namespace SecureStreams.Server.Listening;

/// <summary>
/// How many streams a streamtype has at once, over all connections, against what its policy allows now. As with connections, a limit that is reached is told once, and once more when it is left, at most
/// once a minute. Safe from any thread.
/// </summary>
internal sealed class StreamLimit(AcceptedStreams accepted, ILogger logger)
{
    private static readonly TimeSpan Quiet = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private long _refused;
    private bool _reached;
    private bool _isTold;
    private long? _toldAt;

    /// <summary>Makes a stream for a peer, unless there are as many as may be.</summary>
    /// <param name="policy">The policy in force.</param>
    /// <param name="accept">The application's.</param>
    /// <param name="connect">Makes the transport.</param>
    public AcceptOutcome Accept(StreamTypePolicy policy, Func<SecureStream, SecureStreamHandler?> accept, Func<TransportSetup, StreamTransport> connect)
    {
        var most = ListenPlan.Of(policy).MaxStreams;
        var outcome = accepted.Accept(policy, accept, connect, most);
        if (outcome == AcceptOutcome.Full)
            Refused(policy.Name, most);
        else if (Volatile.Read(ref _reached))
            Left(policy.Name);
        return outcome;
    }

    private void Refused(string streamType, int most)
    {
        accepted.Runtime.Telemetry.Instruments.Dropped(streamType, "stream_limit");
        var time = accepted.Platform.Time;
        lock (_lock)
        {
            _refused++;
            if (_reached)
                return;
            _reached = true;
            _isTold = _toldAt is not { } before || time.GetElapsedTime(before) >= Quiet;
            if (!_isTold)
                return;
            _toldAt = time.GetTimestamp();
        }

        ServerLog.StreamLimitReached(logger, streamType, most);
    }

    private void Left(string streamType)
    {
        long refused;
        lock (_lock)
        {
            if (!_reached)
                return;
            _reached = false;
            if (!_isTold)
                return;
            refused = _refused;
            _refused = 0;
        }

        ServerLog.StreamLimitLeft(logger, streamType, refused);
    }
}
