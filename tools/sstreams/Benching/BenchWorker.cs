namespace SecureStreams.Tool.Benching;

/// <summary>One stream of the load: connects, takes its part in each phase, counts what happens to it.</summary>
/// <remarks>All but <see cref="Join"/> and the counters runs on the stream's mailbox.</remarks>
internal abstract class BenchWorker(BenchTroubles troubles) : SecureStreamHandler
{
    private readonly TaskCompletionSource<bool> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private BenchPhase? _phase;
    private bool _hasGivenUp;
    private bool _isAnsweredWrongly;
    private long _sent;
    private long _received;

    /// <summary>Durations of what was counted.</summary>
    public LatencyRecorder Latencies { get; } = new();

    /// <summary>Whether it is connected, the first time; false when it gave up before. Streams of transactions are always ready.</summary>
    public Task<bool> Ready => _ready.Task;

    /// <summary>Payload bytes handed to the stream.</summary>
    public long Sent => Volatile.Read(ref _sent);

    /// <summary>Payload bytes received.</summary>
    public long Received => Volatile.Read(ref _received);

    /// <summary>Connections that were lost and made again.</summary>
    public int Reconnects { get; protected set; }

    /// <summary>Messages under way when a connection was lost.</summary>
    public long Lost { get; protected set; }

    /// <summary>Transactions and messages that were refused: they count as done, since they were answered.</summary>
    public long Refused { get; protected set; }

    /// <summary>Whether it has given up, and does nothing any more.</summary>
    public bool HasGivenUp => Volatile.Read(ref _hasGivenUp);

    /// <summary>Whether the peer did what makes the figures worthless.</summary>
    public bool IsAnsweredWrongly => Volatile.Read(ref _isAnsweredWrongly);

    /// <summary>The phase it takes part in; null between phases.</summary>
    protected BenchPhase? Phase => Volatile.Read(ref _phase);

    protected BenchTroubles Troubles => troubles;

    /// <summary>Begins to take part in <paramref name="phase"/>, or again when there is something to do that had been begun by another. The phase before is done.</summary>
    public void Join(SecureStream stream, BenchPhase phase)
    {
        // Exchanged, so that either this sees that it has given up, or giving up sees the phase.
        Interlocked.Exchange(ref _phase, phase);
        try
        {
            if (!HasGivenUp)
                Wake(stream);
            else
                LeaveForGood();
        }
        catch (ObjectDisposedException)
        {
            LeaveForGood();
        }
    }

    public sealed override SsResult OnState(SecureStream stream, in SsStateChange change)
    {
        switch (change.State)
        {
            case SsState.Unreachable or SsState.AuthFailed:
                troubles.Add($"{(change.State == SsState.AuthFailed ? "no token" : "unreachable")}: {Words(change.Cause)}");
                break;
            case SsState.AllRetriesFailed or SsState.Destroying:
                GiveUp();
                break;
        }

        return Follow(stream, change);
    }

    public sealed override SsResult OnReceive(SecureStream stream, ReadOnlySpan<byte> payload, SsRxFlags flags)
    {
        // Of streamtypes with perf: no payload.
        if ((flags & SsRxFlags.PerfJson) != 0)
            return SsResult.Continue;
        Volatile.Write(ref _received, _received + payload.Length);
        return Take(stream, payload, flags);
    }

    /// <summary>Makes the stream do what the phase wants. From any thread.</summary>
    protected abstract void Wake(SecureStream stream);

    /// <summary>Follows a state.</summary>
    protected abstract SsResult Follow(SecureStream stream, in SsStateChange change);

    /// <summary>Takes a piece of payload, which is counted already.</summary>
    protected virtual SsResult Take(SecureStream stream, ReadOnlySpan<byte> payload, SsRxFlags flags) => SsResult.Continue;

    /// <summary>What is under way gets lost: called when the stream gives up.</summary>
    protected abstract void Forfeit();

    protected void BecomeReady() => _ready.TrySetResult(true);

    protected void CountSent(long bytes) => Volatile.Write(ref _sent, _sent + bytes);

    /// <summary>Has done its part of the phase, as far as can be seen.</summary>
    protected void Leave(SecureStream stream)
    {
        // Taken before it leaves: from then on it may join again, on any thread.
        if (Interlocked.Exchange(ref _phase, null) is not { } phase || phase.TryLeave(HasGivenUp ? null : () => Join(stream, phase)))
            return;
        Interlocked.Exchange(ref _phase, phase);
        Wake(stream);
    }

    /// <summary>The peer does something that makes the figures worthless.</summary>
    protected SsResult Refuse(string trouble)
    {
        Volatile.Write(ref _isAnsweredWrongly, true);
        return GiveUp(trouble);
    }

    /// <summary>The stream cannot go on.</summary>
    protected SsResult GiveUp(string trouble)
    {
        troubles.Add(trouble);
        GiveUp();
        return SsResult.Disconnect;
    }

    /// <summary>A cause as it is the same for all that share it.</summary>
    protected static string Words(in SsCause cause) => cause.Status == 0 ? $"{cause.Phase}/{cause.Code}" : $"{cause.Phase}/{cause.Code} {cause.Status}";

    private void GiveUp()
    {
        Volatile.Write(ref _hasGivenUp, true);
        Forfeit();
        _ready.TrySetResult(false);
        LeaveForGood();
    }

    private void LeaveForGood() => Interlocked.Exchange(ref _phase, null)?.TryLeave(rejoin: null);
}
