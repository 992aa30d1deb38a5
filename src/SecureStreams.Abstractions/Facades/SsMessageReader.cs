namespace SecureStreams;

/// <summary>
/// Reads the messages of a stream, one after the other: with <c>await foreach</c>, or one by one with <see cref="ReadAsync"/>. One at a time for a stream, and one
/// read at a time. Reception belongs to it from the call that made it until it is disposed, which the end of <c>await foreach</c> does.
/// </summary>
public sealed class SsMessageReader : IAsyncEnumerable<SsMessage>, IAsyncDisposable
{
    private readonly MessageInbox _inbox;
    private readonly CancellationToken _token;
    private int _enumerated;
    private int _disposed;

    internal SsMessageReader(MessageInbox inbox, CancellationToken token)
    {
        _inbox = inbox;
        _token = token;
    }

    /// <summary>The next message; null at the end. A read that is cancelled takes nothing: the next one gets what it would have got.</summary>
    /// <param name="cancellationToken">Ends the wait, and nothing else.</param>
    /// <returns>The message, which the caller disposes; null when the stream is destroyed and everything is read, when the options end at a loss, and when the reader is disposed.</returns>
    /// <exception cref="InvalidOperationException">Another read waits, or the call is made inside a callback of the stream and no message is there yet.</exception>
    /// <exception cref="SsMessageTooLargeException">The message was longer than allowed. The next read goes on with the one after it.</exception>
    /// <exception cref="SsStreamException">The stream lost what it read from, and the options say to throw.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public ValueTask<SsMessage?> ReadAsync(CancellationToken cancellationToken = default) =>
        Volatile.Read(ref _disposed) == 0 ? _inbox.ReadAsync(cancellationToken) : new ValueTask<SsMessage?>((SsMessage?)null);

    /// <summary>For <c>await foreach</c>, once. It ends where <see cref="ReadAsync"/> gives null, and disposes the reader.</summary>
    /// <param name="cancellationToken">As for <see cref="ReadAsync"/>; the one given to <c>ReadMessagesAsync</c> counts too.</param>
    /// <exception cref="InvalidOperationException">It is enumerated already.</exception>
    public IAsyncEnumerator<SsMessage> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        if (Interlocked.Exchange(ref _enumerated, 1) != 0)
            throw new InvalidOperationException("The messages of a stream are enumerated once by each ReadMessagesAsync: call it again.");
        return new SsMessageEnumerator(this, _inbox, _token, cancellationToken);
    }

    /// <summary>Ends reading; a read that waits gets the end. What becomes of unread messages is <see cref="SsReadOptions.KeepUnread"/>. May be called again.</summary>
    public ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
            _inbox.Close();
        return default;
    }
}
