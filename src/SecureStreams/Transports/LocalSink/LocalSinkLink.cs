using SecureStreams.Policy;

namespace SecureStreams.Transports.LocalSink;

/// <summary>A connection that a source asks for: offered to the sink, which accepts or refuses it, once.</summary>
internal sealed class LocalSinkLink
{
    public LocalSinkLink(StreamTypePolicy policy, TimeProvider time)
    {
        Time = time;

        // Of what may wait, the lower bound of both ends counts: it waits in one place.
        var high = Math.Min(policy.TransmitWatermarkHigh, policy.ReceiveWatermarkHigh);
        var low = Math.Min(policy.ReceiveWatermarkLow, high / 2);
        ToSink = new LocalSinkPipe(high, low);
        ToSource = new LocalSinkPipe(high, low);
    }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; }

    /// <summary>The end that asks. Before it is offered.</summary>
    public LocalSinkSource? Source { get; set; }

    public LocalSinkPipe ToSink { get; }

    public LocalSinkPipe ToSource { get; }

    /// <summary>Whether the source has given up.</summary>
    public bool IsGivenUp => ToSink.IsComplete;

    /// <summary>The end of the stream that takes it, not started. Once, from any thread.</summary>
    public StreamTransport Accept(TransportSetup setup) => new LocalSinkAccepted(setup, this);

    /// <summary>The source is told why not. Once, from any thread.</summary>
    public void Refuse(TransportFailure refusal) => Source!.Refuse(refusal);
}
