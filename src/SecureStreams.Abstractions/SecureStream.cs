namespace SecureStreams;

/// <summary>
/// One stream of a streamtype. It outlives its connections: it may have one, lose it, get another, as policy says. All members are safe from any thread,
/// callbacks included; what they ask for happens in order on the stream's mailbox.
/// </summary>
public abstract class SecureStream : IAsyncDisposable
{
    // Taken to change a handler or to begin awaiting, so that neither undoes the other; both are rare, so one serves all streams.
    private static readonly Lock Changing = new();

    private StreamFacade? _facade;
    private SecureStreamHandler? _changed;
    private bool _gone;

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

    /// <summary>What its protocol and policy make of it. Of a stream whose policy changes: that of the attempt or connection under way, else of the last one.</summary>
    public abstract SsStreamTraits Traits { get; }

    /// <summary>Whose callbacks are called: the one given at creation, or with the last <see cref="ChangeHandlers"/>.</summary>
    public SecureStreamHandler Handler => CurrentHandler is FacadeHandler facade ? facade.Inner : CurrentHandler;

    /// <summary>
    /// Bytes that were committed and that the transport has not taken over into the network's buffers yet; 0 while there is no connection. An instant later it may be another number.
    /// </summary>
    public abstract long TxQueued { get; }

    /// <summary>
    /// How many bytes the peer may still send where the stream was created with <see cref="SsStreamOptions.ManualInitialTxCredit"/>, else 0. Less than 0 when the
    /// piece that used it up was larger than what was left.
    /// </summary>
    public abstract long EstimatedPeerTxCredit { get; }

    /// <summary>
    /// The streamtype whose payload is wanted by the transmit callback under way: in a multipart request that streamtypes share (<c>rideshare</c>) the one that names the
    /// current part, else <see cref="StreamType"/>.
    /// </summary>
    public virtual string Rideshare => StreamType;

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

    /// <summary>
    /// Answers a request that an HTTP listener accepted, in or after <see cref="SsState.ServerTxn"/>: says with which status. The head of the answer leaves with the first payload that
    /// <see cref="RequestTransmit()"/> asks for, so that metadata may be set until then; one that is never acknowledged is answered with 404. A request to upgrade to ws is agreed to
    /// when the callback of <see cref="SsState.ServerTxn"/> returns, unless it was acknowledged with 300 or more in it, which refuses. Nothing happens where there is no such
    /// request, or when the head has left; of several calls the last counts.
    /// </summary>
    /// <param name="status">200 to 599; 0, as in lws, is 200.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="status"/> is no status of an answer.</exception>
    /// <exception cref="ObjectDisposedException">The stream is destroyed.</exception>
    public virtual void ServerAck(int status = 200) => throw new NotSupportedException("Streams of this implementation serve nothing.");

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

    /// <summary>Allows the peer to send more where the stream was created with <see cref="SsStreamOptions.ManualInitialTxCredit"/>; nothing happens elsewhere, as in lws.</summary>
    /// <param name="bytes">How many more bytes, 0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">Negative.</exception>
    /// <exception cref="ObjectDisposedException">The stream is destroyed.</exception>
    public abstract void AddPeerTxCredit(long bytes);

    /// <summary>Gives the stream another handler, from the next callback on. A callback under way is not waited for. Connection, metadata and timer stay as they are.</summary>
    /// <param name="handler">Receives the callbacks from now on; it is not told states that were delivered before.</param>
    /// <exception cref="ObjectDisposedException">The stream is destroyed.</exception>
    public void ChangeHandlers(SecureStreamHandler handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        lock (Changing)
        {
            // What is awaited stays in front of whichever handler the stream has.
            SetHandler(_facade is { } facade ? new FacadeHandler(facade, handler) : handler);
            _changed = handler;
        }
    }

    /// <summary>
    /// What has happened to the stream and why, for operators: its last failures and recoveries with their details, what it does next, and the policy in effect with the
    /// place of every value. It names endpoints and addresses, and never secrets. A destroyed stream still answers.
    /// </summary>
    public abstract SsExplanation Explain();

    /// <summary>Receives again after <see cref="PauseReceive"/>.</summary>
    /// <exception cref="ObjectDisposedException">The stream is destroyed.</exception>
    public abstract void ResumeReceive();

    /// <summary>
    /// Sets a metadata value: a symbol in the endpoint or URL, or a header of the next request. It stays until it is set anew; there is no way to unset it.
    /// </summary>
    /// <param name="name">A name that the streamtype declares; with <c>direct_proto_str</c> the name of any header, with or without a colon behind it.</param>
    /// <param name="value">Text without CR, LF or NUL. An empty value is a value.</param>
    /// <exception cref="SsMetadataException">The name is not declared and no header's that may be set, or the value carries CR, LF or NUL.</exception>
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
    /// <param name="name">A name that the streamtype declares; with <c>direct_proto_str</c> the name of any header, with or without a colon behind it.</param>
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

    /// <summary>Whether the calling thread is inside a callback of this stream, where waiting for the stream would never end. For what is built on streams.</summary>
    protected internal abstract bool IsInCallback { get; }

    /// <summary>For implementations: whose callbacks are called, by what <see cref="SetHandler"/> set last or creation gave.</summary>
    protected abstract SecureStreamHandler CurrentHandler { get; }

    /// <summary>What is awaited of the stream; made, and put in front of its handler, when it is first asked for.</summary>
    internal StreamFacade Facade
    {
        get
        {
            if (Volatile.Read(ref _facade) is { } there)
                return there;
            lock (Changing)
            {
                if (_facade is not { } facade)
                {
                    facade = new StreamFacade(this);
                    SetHandler(new FacadeHandler(facade, _changed ?? CurrentHandler));
                    Volatile.Write(ref _facade, facade);

                    // Either this sees that the stream has gone meanwhile, or its end sees the facade.
                    Interlocked.MemoryBarrier();
                    if (Volatile.Read(ref _gone))
                        facade.Forgotten(new SsCause(SsPhase.Local, SsCauseCode.LocalDestroy), destroyed: true);
                }

                return facade;
            }
        }
    }

    /// <summary>For implementations: makes <paramref name="handler"/> the one whose callbacks are called, from the next callback on.</summary>
    /// <param name="handler">The handler; it is told nothing of what was before.</param>
    /// <exception cref="ObjectDisposedException">The stream is destroyed.</exception>
    protected abstract void SetHandler(SecureStreamHandler handler);

    /// <summary>For implementations, on the mailbox: whether a pipe or Stream is in use whose connection has not ended.</summary>
    protected bool HasPipe => Volatile.Read(ref _facade) is { HasPipe: true };

    /// <summary>
    /// For implementations: as <see cref="RequestTransmit()"/>, for a pipe. From any thread. Where the call is carried out later it must look at <see cref="HasPipe"/> then, and do
    /// nothing without one: the connection that the bytes were for has ended meanwhile, and they must not begin another.
    /// </summary>
    protected internal virtual void RequestPipeTransmit() => RequestTransmit();

    /// <summary>
    /// For implementations, on the mailbox: what was asked of the stream is forgotten although no state told it (<see cref="Disconnect"/> before anything was
    /// delivered), or, with <paramref name="destroyed"/>, <see cref="SsState.Destroying"/> has been delivered. What is awaited then fails instead of waiting for ever.
    /// </summary>
    /// <param name="cause">Why.</param>
    /// <param name="destroyed">Whether the stream is gone.</param>
    protected void OnForgotten(SsCause cause, bool destroyed)
    {
        if (destroyed)
            Volatile.Write(ref _gone, true);
        Interlocked.MemoryBarrier();
        Volatile.Read(ref _facade)?.Forgotten(cause, destroyed);
    }
}
