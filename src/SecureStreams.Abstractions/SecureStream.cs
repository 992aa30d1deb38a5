namespace SecureStreams;

/// <summary>
/// One stream of a streamtype. It outlives its connections: it may have one, lose it, get another, as policy says. All members are safe from any thread,
/// callbacks included; what they ask for happens in order on the stream's mailbox.
/// </summary>
public abstract class SecureStream : IAsyncDisposable
{
    /// <summary>For <see cref="StartTimeout(TimeSpan)"/>: the policy's <c>timeout_ms</c>. Nothing happens when the policy states none.</summary>
    public static readonly TimeSpan FromPolicy = TimeSpan.Zero;

    /// <summary>The streamtype it was created with.</summary>
    public abstract string StreamType { get; }

    /// <summary>Unique within the context, from 1.</summary>
    public abstract long Id { get; }

    /// <summary>The last state delivered, notices excluded. Another thread may see it already replaced when it looks.</summary>
    public abstract SsState State { get; }

    /// <summary>The context that created it.</summary>
    public abstract SsContext Context { get; }

    /// <summary>What <see cref="SsStreamOptions.UserState"/> carried.</summary>
    public abstract object? UserState { get; }

    /// <summary>
    /// Starts a connect cycle with a fresh retry count, or begins the next attempt at once when the stream waits for a retry. Nothing happens while it is connecting or connected.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The stream is destroyed.</exception>
    public abstract void Connect();

    /// <summary>
    /// Asks for a transmit callback as soon as the transport can take bytes, connecting first if need be. Requests before the callback count as one.
    /// The retry count goes on where it stood.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The stream is destroyed.</exception>
    public abstract void RequestTransmit();

    /// <summary>As <see cref="RequestTransmit()"/>, announcing the whole length of the message (HTTP: content-length).</summary>
    /// <param name="length">Bytes of the whole message, 0 or more. Of several requests before a message begins, the last one counts.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="length"/> is negative.</exception>
    /// <exception cref="ObjectDisposedException">The stream is destroyed.</exception>
    public abstract void RequestTransmit(long length);

    /// <summary>Closes the connection, or gives up the attempt or the wait for a retry; the stream then is idle. Nothing happens when it is idle already.</summary>
    /// <exception cref="ObjectDisposedException">The stream is destroyed.</exception>
    public abstract void Disconnect();

    /// <summary>Starts, or starts anew, the stream's one timer; when it fires, the handler gets <see cref="SsState.Timeout"/>. Measured by the context's clock.</summary>
    /// <param name="timeout">How long; <see cref="FromPolicy"/> takes the policy's <c>timeout_ms</c>.</param>
    /// <exception cref="ArgumentOutOfRangeException">Negative, or longer than 49 days.</exception>
    /// <exception cref="ObjectDisposedException">The stream is destroyed.</exception>
    public abstract void StartTimeout(TimeSpan timeout);

    /// <summary>Stops the timer. It also stops by itself when a transaction completes or the connection closes.</summary>
    /// <exception cref="ObjectDisposedException">The stream is destroyed.</exception>
    public abstract void CancelTimeout();

    /// <summary>Stops receiving after the piece being delivered. What is not read slows the peer down. It outlasts connections, until <see cref="ResumeReceive"/>.</summary>
    /// <exception cref="ObjectDisposedException">The stream is destroyed.</exception>
    public abstract void PauseReceive();

    /// <summary>Receives again after <see cref="PauseReceive"/>.</summary>
    /// <exception cref="ObjectDisposedException">The stream is destroyed.</exception>
    public abstract void ResumeReceive();

    /// <summary>
    /// Sets a metadata value: a symbol in the endpoint or URL, or a header of the next request. It stays until it is set anew; there is no way to unset it.
    /// </summary>
    /// <param name="name">A name that the streamtype declares.</param>
    /// <param name="value">Text without CR, LF or NUL. An empty value is a value.</param>
    /// <exception cref="SsMetadataException">The name is not declared, or the value carries CR, LF or NUL.</exception>
    /// <exception cref="ObjectDisposedException">The stream is destroyed.</exception>
    public abstract void SetMetadata(string name, string value);

    /// <summary>As <see cref="SetMetadata(string, string)"/>, with UTF-8 bytes, which are copied.</summary>
    /// <param name="name">A name that the streamtype declares.</param>
    /// <param name="value">UTF-8 without CR, LF or NUL.</param>
    /// <exception cref="SsMetadataException">As there, or the bytes are not UTF-8.</exception>
    /// <exception cref="ObjectDisposedException">The stream is destroyed.</exception>
    public abstract void SetMetadata(string name, ReadOnlySpan<byte> value);

    /// <summary>
    /// The value of a metadata name: what the peer last sent for it in this transaction, else what was set, else null. Outside a callback it is the last published snapshot.
    /// A destroyed stream still answers.
    /// </summary>
    /// <param name="name">A name that the streamtype declares.</param>
    /// <exception cref="SsMetadataException">The name is not declared.</exception>
    public abstract string? GetMetadata(string name);

    /// <summary>As <see cref="GetMetadata(string)"/>, copied as UTF-8 into <paramref name="destination"/>.</summary>
    /// <param name="name">A name that the streamtype declares.</param>
    /// <param name="destination">Receives the value.</param>
    /// <param name="bytesWritten">How long the value is; more than <paramref name="destination"/> holds when the result is false for want of room; 0 when there is no value.</param>
    /// <returns>Whether a value was copied.</returns>
    /// <exception cref="SsMetadataException">The name is not declared.</exception>
    public abstract bool TryGetMetadata(string name, Span<byte> destination, out int bytesWritten);

    /// <summary>
    /// Destroys the stream. Inside a callback of this stream it completes at once and <see cref="SsState.Destroying"/> comes when the callback has returned;
    /// elsewhere it completes when the last callback has returned and the connection is closed. May be called again.
    /// </summary>
    public abstract ValueTask DisposeAsync();
}
