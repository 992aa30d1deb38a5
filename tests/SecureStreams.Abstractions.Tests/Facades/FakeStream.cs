using SecureStreams.Abstractions.Tests.Implementation;
using SecureStreams.Implementation;

namespace SecureStreams.Abstractions.Tests.Facades;

/// <summary>A stream whose life the test plays, step by step, on the test's thread: what an implementation owes the API, and nothing else.</summary>
internal sealed class FakeStream : SecureStream, IMailboxWork
{
    private readonly SsStreamTraits _made;
    private readonly ManualScheduler _scheduler = new();
    private readonly Queue<Action> _work = new();
    private readonly Mailbox _mailbox;
    private readonly FakeRoom _room = new();
    private SecureStreamHandler _handler;
    private SsState _state;
    private bool _inCallback;
    private bool _wanted;

    public FakeStream(SsStreamTraits traits, SecureStreamHandler? handler = null)
    {
        _made = traits;
        _handler = handler ?? SecureStreamHandler.Idle;
        _mailbox = new Mailbox(_scheduler, error => Faults.Add(error));
        _work.Enqueue(() => Deliver(SsState.Creating));
        _mailbox.Post(this);
        Run();
    }

    public static SsStreamTraits Messages { get; } = new()
    {
        HasMessages = true, IsTransactional = false, TakesBody = false, Acknowledges = false, CanHalfClose = false, ReceiveWatermarkHigh = 1000, ReceiveWatermarkLow = 500, TransmitWatermarkHigh = 1000,
    };

    public static SsStreamTraits Raw { get; } = Messages with { HasMessages = false, CanHalfClose = true };

    public static SsStreamTraits Mqtt { get; } = Messages with { Acknowledges = true };

    public static SsStreamTraits Http { get; } = Mqtt with { IsTransactional = true, TakesBody = true };

    public List<Exception> Faults { get; } = [];

    /// <summary>What was committed and sent, a line each: length and flags.</summary>
    public List<string> Sent { get; } = [];

    public List<byte> SentBytes { get; } = [];

    /// <summary>What was called, in order. Large from the start, so that growing is no allocation of the one measured.</summary>
    public List<string> Calls { get; } = new(4096);

    /// <summary>What the last <see cref="Piece(byte[], SsRxFlags)"/> allocated inside the callback.</summary>
    public long PieceAllocated { get; private set; }

    public SsResult LastResult { get; private set; }

    public SsTransmitResult LastTransmit { get; private set; }

    public bool IsPaused { get; private set; }

    public long? Announced { get; private set; }

    /// <summary>How many pieces of which size fit into one callback.</summary>
    public (int Pieces, int Size) Room { get; set; } = (4, 16);

    public Dictionary<string, string?> Values { get; } = [];

    public override SsStreamTraits Traits => Moved ?? _made;

    /// <summary>What the policy has made of it.</summary>
    public SsStreamTraits? Moved { get; set; }

    public override string StreamType => "fake";

    public override long Id => 1;

    public override SsState State => _state;

    public override SsContext Context => throw new NotSupportedException();

    public override object? UserState => null;

    public override long TxQueued => 0;

    public override long EstimatedPeerTxCredit => 0;

    protected internal override bool IsInCallback => _inCallback && _mailbox.IsCurrent;

    protected override SecureStreamHandler CurrentHandler => _handler;

    /// <summary>Plays a state.</summary>
    public void Tell(SsState state, SsCause cause = default, int ack = 0, long message = 0) => Play(() => Deliver(state, cause, ack, message));

    /// <summary>Connecting and Connected.</summary>
    public void Up()
    {
        Tell(SsState.Connecting);
        Tell(SsState.Connected);
    }

    /// <summary>Plays a piece.</summary>
    public void Piece(string text, SsRxFlags flags) => Piece(System.Text.Encoding.ASCII.GetBytes(text), flags);

    public void Piece(byte[] payload, SsRxFlags flags) => Play(() =>
    {
        _inCallback = true;
        var before = GC.GetAllocatedBytesForCurrentThread();
        LastResult = _handler.OnReceive(this, payload, flags);
        PieceAllocated = GC.GetAllocatedBytesForCurrentThread() - before;
        _inCallback = false;
    });

    /// <summary>Calls tx as long as it is wanted, at most so many times.</summary>
    public int Pump(int times = 100)
    {
        var calls = 0;
        Play(() =>
        {
            while (_wanted && calls < times)
            {
                _wanted = false;
                calls++;
                _room.Numbers = Traits is { Acknowledges: true, IsTransactional: false };
                _room.Open(Room.Pieces, Room.Size);
                var tx = new SsTransmit(_room);
                _inCallback = true;
                LastTransmit = _handler.OnTransmit(this, ref tx);
                _inCallback = false;
                if (LastTransmit == SsTransmitResult.Send)
                {
                    foreach (var (bytes, flags) in _room.Committed)
                    {
                        Sent.Add($"{bytes.Length} {flags}");
                        SentBytes.AddRange(bytes);
                    }
                }
            }
        });
        return calls;
    }

    /// <summary>The transport asks on its own, as for a body that is due.</summary>
    public void Due()
    {
        _wanted = true;
        Pump(1);
    }

    /// <summary>What an implementation says when no state tells it.</summary>
    public void Forget(SsCause cause, bool destroyed) => Play(() => OnForgotten(cause, destroyed));

    /// <summary>Runs <paramref name="action"/> inside a callback.</summary>
    public void InCallback(Action action) => Play(() =>
    {
        _inCallback = true;
        action();
        _inCallback = false;
    });

    public override void Connect() => Call("Connect", null);

    public override void RequestTransmit()
    {
        Call("RequestTransmit", null);
        _wanted = true;
    }

    public override void RequestTransmit(long length) => Call($"RequestTransmit({length})", () =>
    {
        _wanted = true;
        Announced = length;
    });

    public override void Disconnect() => Call("Disconnect", null);

    public override void StartTimeout(TimeSpan timeout) => throw new NotSupportedException();

    public override void CancelTimeout() => throw new NotSupportedException();

    public override void PauseReceive() => Call("PauseReceive", () => IsPaused = true);

    public override void ResumeReceive() => Call("ResumeReceive", () => IsPaused = false);

    public override void AddPeerTxCredit(long bytes) => throw new NotSupportedException();

    public override SsExplanation Explain() => throw new NotSupportedException();

    public override void SetMetadata(string name, string value) => Values[name] = value;

    public override void SetMetadata(string name, ReadOnlySpan<byte> value) => throw new NotSupportedException();

    public override string? GetMetadata(string name) => Values.TryGetValue(name, out var value) ? value : throw new SsMetadataException($"'{name}' is not declared.");

    public override bool TryGetMetadata(string name, Span<byte> destination, out int bytesWritten) => throw new NotSupportedException();

    public override ValueTask DisposeAsync()
    {
        Tell(SsState.Destroying, new SsCause(SsPhase.Local, SsCauseCode.LocalDestroy));
        return default;
    }

    void IMailboxWork.RunOnMailbox(long argument) => _work.Dequeue()();

    protected override void SetHandler(SecureStreamHandler handler)
    {
        ObjectDisposedException.ThrowIf(_state == SsState.Destroying, this);
        if (IsInCallback)
            _handler = handler;
        else
            Play(() => _handler = handler);
    }

    private void Call(string what, Action? action)
    {
        ObjectDisposedException.ThrowIf(_state == SsState.Destroying, this);
        Calls.Add(what);
        action?.Invoke();
    }

    private void Deliver(SsState state, SsCause cause = default, int ack = 0, long message = 0)
    {
        if (!SsStateTable.IsNotice(state))
            _state = state;
        _inCallback = true;
        LastResult = _handler.OnState(this, new SsStateChange(state, cause, ack) { Message = message });
        _inCallback = false;
    }

    private void Play(Action action)
    {
        _work.Enqueue(action);
        _mailbox.Post(this);
        Run();
        if (Faults.Count > 0)
            throw new InvalidOperationException("A callback threw.", Faults[0]);
    }

    private void Run() => _scheduler.RunAll();
}
