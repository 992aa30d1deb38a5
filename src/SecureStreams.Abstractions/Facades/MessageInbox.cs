using System.Diagnostics.CodeAnalysis;
using System.Threading.Tasks.Sources;

namespace SecureStreams;

/// <summary>
/// Received messages of one stream that wait for their reader, within the stream's watermarks. This part is the reader's; what the stream delivers is in
/// <c>MessageInbox.Receiving.cs</c>. Under the lock of its <see cref="StreamFacade"/>, but for the awaiting itself.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "What it holds at the end of the stream is released by the end itself, or handed out.")]
internal sealed partial class MessageInbox : IValueTaskSource<SsMessage?>
{
    private readonly SecureStream _stream;
    private readonly Lock _gate;
    private readonly Queue<MessageItem> _items = new();
    private ManualResetValueTaskSourceCore<SsMessage?> _source;
    private CancellationTokenRegistration _registration;
    private SsReadOptions _options = SsReadOptions.Default;
    private long _bytes;
    private bool _paused;
    private bool _isRead;
    private bool _over;
    private bool _ended;

    // A read waits; a read that waited has its result, which has not been taken.
    private bool _waiting;
    private bool _untaken;

    public MessageInbox(SecureStream stream, Lock gate)
    {
        _stream = stream;
        _gate = gate;
        _source.RunContinuationsAsynchronously = true;
    }

    /// <summary>Whether a reader has it now.</summary>
    public bool IsRead => _isRead;

    /// <summary>A reader takes it. Under the lock.</summary>
    public void Open(SsReadOptions options)
    {
        _options = options;
        _isRead = true;
        _over = false;
        _releasing = false;
    }

    /// <summary>The reader leaves: what it has not read waits for the next one, or is dropped.</summary>
    public void Close()
    {
        var resume = false;
        var tell = false;
        lock (_gate)
        {
            _isRead = false;
            if (!_options.KeepUnread)
                resume = ReleaseUnread();
            if (_waiting)
            {
                _waiting = false;
                tell = true;
            }
        }

        if (tell)
            _source.SetResult(null);
        if (resume)
            Resume();
    }

    /// <summary>Takes what is next, if it is there; else begins to wait for it, and <paramref name="version"/> is the wait's.</summary>
    public bool TryRead(CancellationToken token, out MessageItem item, out short version)
    {
        version = 0;
        item = default;
        if (token.IsCancellationRequested)
        {
            item = new MessageItem(null, new OperationCanceledException(token));
            return true;
        }

        bool there;
        var resume = false;
        lock (_gate)
        {
            if (_waiting || _untaken)
                throw new InvalidOperationException($"A message of {Name} is being read already: await that read, or cancel it, before the next.");
            if (_over || !_isRead)
                return true;
            there = _items.TryDequeue(out item);
            if (there)
            {
                resume = TakenUnderLock(item);
            }
            else
            {
                if (_ended)
                    return true;
                StreamFacade.ThrowIfInCallback(_stream, "No message is there yet");
                _waiting = _untaken = true;
                version = _source.Version;
            }
        }

        if (resume)
            Resume();
        if (there)
            return true;
        if (token.CanBeCanceled)
            _registration = token.UnsafeRegister(static (state, cancelled) => ((MessageInbox)state!).Cancel(cancelled), this);
        return false;
    }

    /// <summary>What is next: null at the end.</summary>
    public ValueTask<SsMessage?> ReadAsync(CancellationToken token)
    {
        if (!TryRead(token, out var item, out var version))
            return new ValueTask<SsMessage?>(this, version);
        return item.Failure switch
        {
            null => new ValueTask<SsMessage?>(item.Message),
            OperationCanceledException => ValueTask.FromCanceled<SsMessage?>(token),
            var failure => ValueTask.FromException<SsMessage?>(failure),
        };
    }

    public SsMessage? GetResult(short token)
    {
        if (_source.GetStatus(token) == ValueTaskSourceStatus.Pending)
            throw new InvalidOperationException($"A read of {Name} was asked for its result before it had one: await it, or use AsTask() to block on it.");
        _registration.Dispose();
        _registration = default;
        try
        {
            return _source.GetResult(token);
        }
        finally
        {
            _source.Reset();
            lock (_gate)
                _untaken = false;
        }
    }

    public ValueTaskSourceStatus GetStatus(short token) => _source.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

    private string Name => $"streamtype '{_stream.StreamType}'";

    /// <summary>Counts what leaves. True when reception is to go on.</summary>
    private bool TakenUnderLock(in MessageItem item)
    {
        if (item.Message is { } message)
            _bytes -= CostOf(message);
        else if (item.Failure is null)
            _over = true;
        return ResumesUnderLock();
    }

    private bool ResumesUnderLock()
    {
        if (!_paused || _bytes > _stream.Traits.ReceiveWatermarkLow)
            return false;
        _paused = false;
        return true;
    }

    private void Resume()
    {
        try
        {
            _stream.ResumeReceive();
        }
        catch (ObjectDisposedException)
        {
            // Nothing is received any more; what is here is still read.
        }
    }

    private void Cancel(CancellationToken token)
    {
        lock (_gate)
        {
            if (!_waiting)
                return;
            _waiting = false;
        }

        _source.SetException(new OperationCanceledException(token));
    }

    private static int CostOf(SsMessage message) => message.Length + FacadeDefaults.MessageOverheadBytes;
}
