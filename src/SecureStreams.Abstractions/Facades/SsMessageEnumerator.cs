using System.Threading.Tasks.Sources;

namespace SecureStreams;

/// <summary>Steps through messages. A step that waits is the inbox's own wait, so that it costs no object.</summary>
internal sealed class SsMessageEnumerator : IAsyncEnumerator<SsMessage>, IValueTaskSource<bool>
{
    private readonly SsMessageReader _reader;
    private readonly MessageInbox _inbox;
    private readonly CancellationTokenSource? _both;
    private readonly CancellationToken _token;
    private SsMessage? _current;

    public SsMessageEnumerator(SsMessageReader reader, MessageInbox inbox, CancellationToken first, CancellationToken second)
    {
        _reader = reader;
        _inbox = inbox;
        if (first.CanBeCanceled && second.CanBeCanceled && first != second)
            _both = CancellationTokenSource.CreateLinkedTokenSource(first, second);
        _token = _both?.Token ?? (second.CanBeCanceled ? second : first);
    }

    public SsMessage Current => _current ?? throw new InvalidOperationException("There is no current message: MoveNextAsync has not been awaited, or has come to the end.");

    public ValueTask<bool> MoveNextAsync()
    {
        _current = null;
        if (!_inbox.TryRead(_token, out var item, out var version))
            return new ValueTask<bool>(this, version);
        return item.Failure switch
        {
            null => new ValueTask<bool>((_current = item.Message) is not null),
            OperationCanceledException => ValueTask.FromCanceled<bool>(_token),
            var failure => ValueTask.FromException<bool>(failure),
        };
    }

    bool IValueTaskSource<bool>.GetResult(short token) => (_current = _inbox.GetResult(token)) is not null;

    ValueTaskSourceStatus IValueTaskSource<bool>.GetStatus(short token) => _inbox.GetStatus(token);

    void IValueTaskSource<bool>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _inbox.OnCompleted(continuation, state, token, flags);

    public ValueTask DisposeAsync()
    {
        _both?.Dispose();
        return _reader.DisposeAsync();
    }
}
