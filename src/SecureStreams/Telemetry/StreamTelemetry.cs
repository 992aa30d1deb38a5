using System.Diagnostics;
using SecureStreams.Policy;
using SecureStreams.Transports;

namespace SecureStreams.Telemetry;

/// <summary>What the streams of a context tell of themselves. Costs a comparison or two where nobody listens.</summary>
internal sealed class StreamTelemetry(SsInstruments instruments, TimeProvider time)
{
    /// <summary>The metrics.</summary>
    public SsInstruments Instruments { get; } = instruments;

    /// <summary>The clock of spans and durations.</summary>
    public TimeProvider Time { get; } = time;

    /// <summary>The activity of whoever calls now, when somebody traces: what is asked for becomes part of its trace.</summary>
    public static Activity? Caller => Spans.AreTraced ? Activity.Current : null;

    /// <summary>A failure is about to be told, with a state: if it is one of a dial, the attempt has its steps.</summary>
    public void DialFailed(StreamTrace? trace, TransportFailure failure, in SsCause cause)
    {
        if (trace?.Attempt is { } attempt && failure.Dial is { } dial)
            DialSpans.Failed(attempt, dial, cause, Time);
    }

    /// <summary>A state is about to be delivered; all that a stream's life tells follows from these.</summary>
    /// <param name="trace">What the stream keeps for this; null as long as nobody listened.</param>
    /// <param name="stream">The stream.</param>
    /// <param name="policy">Its policy.</param>
    /// <param name="change">The state.</param>
    /// <param name="askedBy">The activity that asked for the next attempt; taken by it.</param>
    public void StateChanged(ref StreamTrace? trace, SecureStream stream, StreamTypePolicy policy, in SsStateChange change, ref Activity? askedBy)
    {
        Instruments.Transition(policy.Name, change.State);

        // Whoever asked for something of a connection that stands has no part in what follows when it breaks.
        if (change.State == SsState.Connected || (change.State == SsState.Disconnected && change.Cause.NextAction == SsNextAction.Retry))
            askedBy = null;
        if (change.State == SsState.Connecting && trace is not { IsAttempting: true })
        {
            if (trace is null && !Instruments.TimesAttempts && !Spans.AreTraced)
                return;
            trace ??= new StreamTrace(this, stream.Id);
            trace.AttemptBegan(policy, Interlocked.Exchange(ref askedBy, null));
            return;
        }

        trace?.StateChanged(change);
    }
}
