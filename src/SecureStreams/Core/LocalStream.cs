using System.Diagnostics;
using System.Text;
using SecureStreams.Implementation;
using SecureStreams.Policy;
using SecureStreams.Telemetry;
using SecureStreams.Transports;

namespace SecureStreams.Core;

/// <summary>
/// A stream fulfilled in this process. This part is what callers see: each call is checked on the caller's thread and carried out on the mailbox, at once when the
/// caller is inside it. The life cycle is in <c>LocalStream.Lifecycle.cs</c> and
/// <c>LocalStream.Endings.cs</c>, callbacks in <c>LocalStream.Callbacks.cs</c>, the transport's calls in <c>LocalStream.Sink.cs</c>.
/// </summary>
internal sealed partial class LocalStream : SecureStream, IMailboxWork
{
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromMilliseconds(uint.MaxValue - 1);

    private readonly StreamRuntime _runtime;
    private readonly Mailbox _mailbox;
    private readonly MetadataStore _metadata;
    private readonly StreamHistory _history;
    private StreamTypePolicy _policy;

    // Null until somebody waits for the end, or it has come.
    private TaskCompletionSource? _gone;

    // Null until the application starts a timeout.
    private StreamTimer? _timer;

    // The policy in force: what it says of live attributes holds at once.
    private StreamTypePolicy _live;
    private SecureStreamHandler _handler;
    private int _state;

    // Null while nobody listens.
    private StreamTrace? _trace;
    private Activity? _askedBy;

    public LocalStream(StreamRuntime runtime, StreamTypePolicy policy, SecureStreamHandler handler, long id, SsStreamOptions? options)
    {
        _runtime = runtime;
        _policy = _live = policy;
        _seen = policy;
        _handler = handler;
        Id = id;
        UserState = options?.UserState;
        if (options?.ManualInitialTxCredit is { } credit)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(credit, nameof(options));
            _isCreditManual = true;
            _credit = credit;
            _receivePaused = credit == 0;
        }

        _history = new StreamHistory(runtime.Platform.Time);
        _mailbox = new Mailbox(runtime.Platform.Scheduler, OnFault);
        _metadata = new MetadataStore(policy, runtime.FindPolicy);

        // The creator is inside from the start, so that whoever finds the stream in its context (to dispose it) gets in only after Creating.
        _mailbox.TryEnter();
    }

    public override string StreamType => _policy.Name;

    public override long Id { get; }

    public override SsState State => (SsState)Volatile.Read(ref _state);

    public override SsContext Context => _runtime.Context;

    public override string Rideshare => Volatile.Read(ref _transport)?.Rideshare ?? StreamType;

    public override object? UserState { get; }

    protected override SecureStreamHandler CurrentHandler => Volatile.Read(ref _handler);

    public override SsStreamTraits Traits => StreamTraits.Of(_policy, _isUpgraded);

    public override long TxQueued => Volatile.Read(ref _transport)?.Writer.Queued ?? 0;

    public override long EstimatedPeerTxCredit => Interlocked.Read(ref _credit);

    /// <summary>Whether the caller is a callback of this stream: what it asks for is noted now and settled when it returns.</summary>
    protected override bool IsInCallback => _mailbox.IsCurrent && _inCallback;

    /// <summary>The status of the answer under way, where the protocol has one; else 0.</summary>
    internal int AnswerStatus => Volatile.Read(ref _transport)?.Status ?? 0;

    /// <summary>Whether the attempt or connection under way has reached its peer.</summary>
    internal bool HasWire => Volatile.Read(ref _transport)?.Connection is not null;

    private TaskCompletionSource WhenGone
    {
        get
        {
            if (Volatile.Read(ref _gone) is { } there)
                return there;
            var mine = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return Interlocked.CompareExchange(ref _gone, mine, null) ?? mine;
        }
    }

    /// <summary>The mailbox, for what shares it.</summary>
    internal Mailbox Mailbox => _mailbox;

    public override void Connect()
    {
        _askedBy = StreamTelemetry.Caller;
        Command(StreamCommand.Connect);
    }

    public override void RequestTransmit()
    {
        _askedBy = StreamTelemetry.Caller;
        Command(StreamCommand.RequestTransmit);
    }

    public override void RequestTransmit(long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ThrowIfDestroyed();
        _askedBy = StreamTelemetry.Caller;
        Run(length, static (stream, length) => stream.RequestTransmitOnMailbox(length));
    }

    public override void ServerAck(int status = 200)
    {
        if (status == 0)
            status = 200;
        ArgumentOutOfRangeException.ThrowIfLessThan(status, 200);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(status, 599);
        ThrowIfDestroyed();
        Run(status, static (stream, status) => stream.ServerAckOnMailbox(status));
    }

    protected override void RequestPipeTransmit()
    {
        _askedBy = StreamTelemetry.Caller;
        Command(StreamCommand.PipeTransmit);
    }

    public override void Disconnect() => Command(StreamCommand.Disconnect);

    public override void StartTimeout(TimeSpan timeout)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(timeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(timeout, LongestTimeout);
        ThrowIfDestroyed();
        Run(timeout, static (stream, timeout) => stream.StartTimeoutOnMailbox(timeout));
    }

    public override void CancelTimeout() => Command(StreamCommand.CancelTimeout);

    public override void PauseReceive() => Command(StreamCommand.PauseReceive);

    public override void ResumeReceive() => Command(StreamCommand.ResumeReceive);

    public override void AddPeerTxCredit(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        ThrowIfDestroyed();
        Run(bytes, static (stream, bytes) => stream.AddCreditOnMailbox(bytes));
    }

    protected override void SetHandler(SecureStreamHandler handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        ThrowIfDestroyed();
        Volatile.Write(ref _handler, handler);
    }

    public override void SetMetadata(string name, string value)
    {
        ThrowIfDestroyed();
        Run((_metadata.Check(name, value), value), static (stream, item) => stream.SetMetadataOnMailbox(item));
    }

    public override void SetMetadata(string name, ReadOnlySpan<byte> value)
    {
        ThrowIfDestroyed();
        Run((_metadata.Check(name, value, out var text), text), static (stream, item) => stream.SetMetadataOnMailbox(item));
    }

    public override string? GetMetadata(string name) => _metadata.Get(name);

    public override bool TryGetMetadata(string name, Span<byte> destination, out int bytesWritten)
    {
        var value = GetMetadata(name);
        bytesWritten = value is null ? 0 : Encoding.UTF8.GetByteCount(value);
        return value is not null && bytesWritten <= destination.Length && Encoding.UTF8.TryGetBytes(value, destination, out _);
    }

    public override ValueTask DisposeAsync()
    {
        var inside = _mailbox.IsCurrent;
        var gone = DestroyAsync();

        // Whoever is inside the mailbox would wait for itself.
        return inside ? ValueTask.CompletedTask : new ValueTask(gone);
    }

    /// <summary>As <see cref="DisposeAsync"/>; the task is the real end even for who is inside the mailbox, and must not be waited for there.</summary>
    internal Task DestroyAsync()
    {
        if (IsInCallback)
            Request(Wants.Destroy);
        else
            _mailbox.Post(this, (long)StreamCommand.Destroy);
        return WhenGone.Task;
    }

    void IMailboxWork.RunOnMailbox(long argument)
    {
        CarryOutOnMailbox((StreamCommand)argument);
        SettleOnMailbox();
    }

    public override string ToString() => $"{StreamType}#{Id} {State}";

    private void Command(StreamCommand command)
    {
        ThrowIfDestroyed();
        if (!IsInCallback)
        {
            _mailbox.Post(this, (long)command);
            return;
        }

        try
        {
            CarryOutOnMailbox(command);
        }
        catch (Exception error)
        {
            DefectInCallback(error);
        }
    }

    /// <param name="value">What the command says.</param>
    /// <param name="action">Static, so that a command given in a callback, which is carried out there and then, costs no object.</param>
    private void Run<T>(T value, Action<LocalStream, T> action)
    {
        if (!IsInCallback)
        {
            _mailbox.Post(new MailboxAction<(LocalStream Stream, T Value, Action<LocalStream, T> Action)>((this, value, action), static item => item.Action(item.Stream, item.Value), SettleOnMailbox));
            return;
        }

        try
        {
            action(this, value);
        }
        catch (Exception error)
        {
            DefectInCallback(error);
        }
    }

    /// <summary>A defect met in a call of a handler is not the handler's: it gets no exception, and the stream ends when the callback has returned.</summary>
    private void DefectInCallback(Exception error) => _mailbox.Post(new MailboxAction<Exception>(error, OnFault));

    private void ThrowIfDestroyed() => ObjectDisposedException.ThrowIf(State == SsState.Destroying, this);

    private void OnFault(Exception error)
    {
        // The last line of defence: a defect of the runtime ends this stream with a reason, and nothing else. It throws nothing itself.
        CoreLog.InternalFailure(_runtime.Logger, error, StreamType, Id);
        try
        {
            FailInternally(error);
        }
        catch (Exception second)
        {
            CoreLog.InternalFailure(_runtime.Logger, second, StreamType, Id);
            Gone();
        }
    }
}
