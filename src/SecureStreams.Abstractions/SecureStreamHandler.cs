namespace SecureStreams;

/// <summary>
/// What an application makes of a stream. Callbacks are synchronous, never overlap for one stream, and are never called under a lock; they may run on any
/// thread. An exception thrown by a callback is reported and disconnects the stream.
/// </summary>
/// <remarks>
/// A callback may call any member of its stream, dispose included (which then completes at once, with <see cref="SsState.Destroying"/> as the last callback).
/// It must not block: nothing of this stream moves while it runs.
/// </remarks>
public abstract class SecureStreamHandler
{
    /// <summary>A handler that takes whatever comes and sends nothing.</summary>
    public static SecureStreamHandler Idle { get; } = new IdleHandler();

    /// <summary>
    /// Whether, when a change of the policy asks for another connection, that may be made while the one there is still stands, also where the protocol has no messages (raw): the
    /// handler then knows what to do at the <see cref="SsState.Disconnected"/> and <see cref="SsState.Connected"/> that follow one another without a gap. False by default: the
    /// connection ends first. Asked on any thread, whenever the policy changes; protocols with messages do not ask.
    /// </summary>
    public virtual bool PermitsOverlap => false;

    /// <summary>The stream changed state, or something worth a notice happened.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="change">The state, its cause, the protocol's number.</param>
    /// <returns>What to do next; by default <see cref="SsResult.Continue"/>. Ignored for <see cref="SsState.Destroying"/>.</returns>
    public virtual SsResult OnState(SecureStream stream, in SsStateChange change) => SsResult.Continue;

    /// <summary>A piece of payload arrived.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="payload">At most 16 KiB, always consumed, valid only during the call. Empty when only a flag is told.</param>
    /// <param name="flags">How the piece stands in its message.</param>
    /// <returns>What to do next; by default <see cref="SsResult.Continue"/>.</returns>
    public virtual SsResult OnReceive(SecureStream stream, ReadOnlySpan<byte> payload, SsRxFlags flags) => SsResult.Continue;

    /// <summary>The transport can take bytes and the application asked for it with <see cref="SecureStream.RequestTransmit()"/>, or an HTTP body is due.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="tx">The room to fill; valid during the call, on this thread.</param>
    /// <returns>What to do with what was committed; by default <see cref="SsTransmitResult.Nothing"/>, which leaves an HTTP body open until it is asked for again.</returns>
    public virtual SsTransmitResult OnTransmit(SecureStream stream, scoped ref SsTransmit tx) => SsTransmitResult.Nothing;

    private sealed class IdleHandler : SecureStreamHandler;
}
