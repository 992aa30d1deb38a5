namespace SecureStreams.TestSupport.Handlers;

/// <summary>What is known of one stream that a recording handler serves, and whether its next callback keeps the contract.</summary>
internal sealed class StreamTrack(Action<string> violation)
{
    private int _inside;
    private int _threadInside;
    private bool _messageOpen;

    public SsState Underlying { get; private set; }

    /// <summary>Before a callback is recorded.</summary>
    public void Enter(string what)
    {
        if (Interlocked.Exchange(ref _inside, 1) != 0)
        {
            var where = Volatile.Read(ref _threadInside) == Environment.CurrentManagedThreadId ? "inside another callback of the same thread" : "beside a callback on another thread";
            violation($"{what} came {where}.");
        }

        Volatile.Write(ref _threadInside, Environment.CurrentManagedThreadId);
        if (Underlying == SsState.Destroying)
            violation($"{what} came after Destroying.");
    }

    public void Exit() => Volatile.Write(ref _inside, 0);

    public void Step(SsState to)
    {
        if (!SsStateTable.IsLegal(Underlying, to))
            violation($"{RecordedEvent.Name(to)} must not follow {Underlying}.");
        if (SsStateTable.IsNotice(to))
            return;
        Underlying = to;

        // A message that was cut short never gets its end: a connection that begins or ends makes a clean start. Answers and acknowledgements do not.
        if (to is SsState.Connecting or SsState.Connected or SsState.Disconnected or SsState.Unreachable or SsState.ServerTxn or SsState.ServerUpgrade)
            _messageOpen = false;
    }

    public void Piece(int length, SsRxFlags flags)
    {
        if (length > MaxPiece)
            violation($"A piece of {length} bytes came; the bound is {MaxPiece}.");
        if (Underlying is SsState.None or SsState.Creating)
            violation($"A piece came in {Underlying}, before any connection.");
        if (length == 0 && flags == SsRxFlags.None)
            violation("An empty piece without a flag came, which tells nothing.");

        // Raw streams have neither flag, so a middle piece needs no open message; an end does.
        if (flags.HasFlag(SsRxFlags.StartOfMessage))
        {
            if (_messageOpen)
                violation("A message started while the one before was open.");
            _messageOpen = true;
        }

        if (flags.HasFlag(SsRxFlags.EndOfMessage))
        {
            if (!_messageOpen)
                violation("A message ended that had not started.");
            _messageOpen = false;
        }
    }

    public void Room()
    {
        if (Underlying is SsState.None or SsState.Creating)
            violation($"A transmit callback came in {Underlying}, before any connection.");
    }

    /// <summary>The bound that <see cref="SecureStreamHandler.OnReceive"/> documents.</summary>
    private const int MaxPiece = 16 * 1024;
}
