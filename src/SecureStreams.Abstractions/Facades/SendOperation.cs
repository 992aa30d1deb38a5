using System.Buffers;
using System.Threading.Tasks.Sources;

namespace SecureStreams;

/// <summary>
/// One message on its way, and what its sender awaits. Belongs to the lock of its <see cref="StreamFacade"/>, but for the awaiting itself; serves again when its
/// result has been taken.
/// </summary>
internal sealed class SendOperation : IValueTaskSource
{
    private readonly SendQueue _queue;
    private ManualResetValueTaskSourceCore<bool> _source;
    private CancellationTokenRegistration _registration;
    private CancellationToken _token;
    private byte[]? _copy;

    public SendOperation(SendQueue queue)
    {
        _queue = queue;
        _source.RunContinuationsAsynchronously = true;
    }

    /// <summary>The next in whatever list it is.</summary>
    public SendOperation? Next { get; set; }

    /// <summary>The sender's memory, or the copy that replaced it when the sender went away.</summary>
    public ReadOnlyMemory<byte> Payload { get; private set; }

    public SsSendFlags Flags { get; private set; }

    /// <summary>How many bytes the transport has taken.</summary>
    public int Offset { get; set; }

    /// <summary>Whether a callback has committed something of it, an empty message included.</summary>
    public bool Begun { get; set; }

    /// <summary>The number by which its acknowledgement names it (<see cref="SsTransmit.Message"/>); 0 where the transaction is what is acknowledged.</summary>
    public long Number { get; set; }

    /// <summary>Whether its sender waits no more: it has its result, which <see cref="Failure"/> may hold until it is told outside the lock.</summary>
    public bool IsSettled { get; private set; }

    /// <summary>What the sender is told; null for success.</summary>
    public Exception? Failure { get; private set; }

    public bool WaitsForAck => (Flags & SsSendFlags.WaitForAck) != 0;

    public ValueTask Task => new(this, _source.Version);

    public void Prepare(ReadOnlyMemory<byte> payload, SsSendFlags flags, CancellationToken token)
    {
        Payload = payload;
        Flags = flags;
        _token = token;
        Offset = 0;
        Begun = false;
        IsSettled = false;
        Failure = null;
        Next = null;
    }

    /// <summary>Listens for cancellation. Outside the lock, since a token that is cancelled already calls back at once.</summary>
    public void Listen()
    {
        if (_token.CanBeCanceled)
            _registration = _token.UnsafeRegister(static (state, token) => ((SendOperation)state!).Cancelled(token), this);
    }

    /// <summary>Decides the result, under the lock. False when it is decided.</summary>
    public bool Settle(Exception? failure)
    {
        if (IsSettled)
            return false;
        IsSettled = true;
        Failure = failure;
        return true;
    }

    /// <summary>Lets the sender go on, outside the lock, once.</summary>
    public void Tell()
    {
        if (Failure is { } failure)
            _source.SetException(failure);
        else
            _source.SetResult(true);
    }

    /// <summary>A copy of the message takes the place of the sender's memory, which is the sender's again.</summary>
    public SendOperation CopyFor(SendOperation copy)
    {
        copy._copy = ArrayPool<byte>.Shared.Rent(Math.Max(1, Payload.Length));
        Payload.Span.CopyTo(copy._copy);
        copy.Prepare(copy._copy.AsMemory(0, Payload.Length), SsSendFlags.None, CancellationToken.None);
        copy.Offset = Offset;
        copy.Begun = Begun;
        copy.Next = Next;
        copy.Settle(null);
        return copy;
    }

    /// <summary>Whether it is what a sender that was cancelled left behind: it is sent to its end, and never from its start again.</summary>
    public bool IsLeftover => _copy is not null;

    /// <summary>Returns the memory of a leftover.</summary>
    public void ReleaseCopy()
    {
        if (_copy is { } copy)
        {
            _copy = null;
            ArrayPool<byte>.Shared.Return(copy);
        }

        Payload = default;
    }

    void IValueTaskSource.GetResult(short token)
    {
        // Waits for a callback of the token that is under way, so that none is late for the next use.
        if (_source.GetStatus(token) == ValueTaskSourceStatus.Pending)
            throw new InvalidOperationException("A send was asked for its result before it had one: await it, or use AsTask() to block on it.");
        _registration.Dispose();
        _registration = default;
        _token = default;
        try
        {
            _source.GetResult(token);
        }
        finally
        {
            _source.Reset();
            Payload = default;
            _queue.Recycle(this);
        }
    }

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

    private void Cancelled(CancellationToken token) => _queue.Cancel(this, token);
}
