using SecureStreams.Core;
using SecureStreams.Policy;
using SecureStreams.Transports.Http;

namespace SecureStreams.Connectivity;

/// <summary>
/// One request of the streamtype, from Connecting to what it says about the network. What is evidence ends it at once; an attempt that reached nobody leaves it to the streamtype's retries, until the
/// bound. Its callbacks run on the stream's mailbox, the end of the bound on a timer: the first conclusion counts.
/// </summary>
/// <param name="policy">The streamtype, as it is asked with.</param>
/// <param name="conclude">Told the conclusion, once; on any thread, and must not wait.</param>
internal sealed class InternetProbe(StreamTypePolicy policy, Action<InternetProbe, SsInternet, SsCause> conclude) : SecureStreamHandler
{
    /// <summary>How much of a page is read, so that an operator can see whose it is: what a detail keeps.</summary>
    public const int MaxPageBytes = 64 * 1024;

    private readonly Lock _lock = new();
    private bool _concluded;
    private int _status;
    private long _received;
    private SsInternet _fallback;
    private SsCause _fallbackCause;

    /// <summary>The streamtype, as it is asked with.</summary>
    public StreamTypePolicy Policy => policy;

    /// <summary>The stream that asks.</summary>
    public LocalStream? Stream { get; set; }

    /// <summary>When it began: a timestamp.</summary>
    public long Since { get; init; }

    /// <summary>The status of an answer that was not the one expected and has not ended; 0 for none.</summary>
    public int Status
    {
        get
        {
            lock (_lock)
                return _status;
        }
    }

    /// <summary>The last failure of an attempt, and what it says.</summary>
    public (SsInternet Internet, SsCause Cause) Fallback
    {
        get
        {
            lock (_lock)
                return (_fallback, _fallbackCause);
        }
    }

    /// <summary>Whether somebody has concluded.</summary>
    public bool IsConcluded
    {
        get
        {
            lock (_lock)
                return _concluded;
        }
    }

    /// <summary>Takes the right to conclude, which whoever is first has.</summary>
    public bool TryConclude()
    {
        lock (_lock)
            return !_concluded && (_concluded = true);
    }

    /// <inheritdoc/>
    public override SsResult OnState(SecureStream stream, in SsStateChange change)
    {
        switch (change.State)
        {
            case SsState.Connected:
                return HeadCame((LocalStream)stream);
            case SsState.QosAckRemote:
                return Conclude(SsInternet.Internet, SsCause.None);
            case SsState.QosNackRemote:
                return Conclude(InternetEvidence.OfStatus(change.Ack), change.Cause);
            case SsState.Unreachable or SsState.Disconnected:
                return Failed(stream, change.Cause);
            case SsState.AllRetriesFailed or SsState.Destroying:
                var (internet, cause) = Fallback;
                return cause.IsNone ? Conclude(InternetEvidence.OfFailure(change.Cause), change.Cause) : Conclude(internet, cause);
            default:
                return SsResult.Continue;
        }
    }

    /// <inheritdoc/>
    public override SsResult OnReceive(SecureStream stream, ReadOnlySpan<byte> payload, SsRxFlags flags)
    {
        _received += payload.Length;

        // However long it is: who it is from can be seen by now.
        return _received > MaxPageBytes && Status is var status and not 0 ? Conclude(InternetEvidence.OfStatus(status), SsCause.None) : SsResult.Continue;
    }

    /// <inheritdoc/>
    public override SsTransmitResult OnTransmit(SecureStream stream, scoped ref SsTransmit tx)
    {
        // A method with a body: an empty one.
        tx.Commit(0, SsTxFlags.EndOfMessage);
        return SsTransmitResult.Send;
    }

    private SsResult HeadCame(LocalStream stream)
    {
        var status = stream.AnswerStatus;
        if (status == 0)
            return SsResult.Continue;
        if (HttpNames.IsSuccess(status, policy.Http!.Expect))
            return Conclude(SsInternet.Internet, SsCause.None);
        lock (_lock)
            _status = status;
        return SsResult.Continue;
    }

    private SsResult Failed(SecureStream stream, in SsCause cause)
    {
        if (Status is var status and not 0)
            return Conclude(InternetEvidence.OfStatus(status), cause with { Status = status });
        var detail = stream.Context.Diagnostics.Find(cause.DetailId);
        var internet = InternetEvidence.OfFailure(cause, tlsWasMissing: detail?.Policy?.Attribute == $"{policy.Name}.tls");
        lock (_lock)
            (_fallback, _fallbackCause) = (internet, cause);
        return internet == SsInternet.CaptivePortal ? Conclude(internet, cause) : SsResult.Continue;
    }

    /// <summary>Nothing more of the stream is wanted.</summary>
    private SsResult Conclude(SsInternet internet, in SsCause cause)
    {
        if (TryConclude())
            conclude(this, internet, cause);
        return SsResult.Destroy;
    }
}
