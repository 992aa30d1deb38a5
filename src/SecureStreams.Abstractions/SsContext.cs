using System.Diagnostics.CodeAnalysis;

namespace SecureStreams;

/// <summary>Where streams come from: a policy and what is needed to fulfil it. Safe from any thread.</summary>
public abstract class SsContext : IAsyncDisposable
{
    /// <summary>The last failures of all streams, for operators.</summary>
    public abstract SsDiagnostics Diagnostics { get; }

    /// <summary>Where the network leads: asks the streamtype <c>captive_portal_detect</c>, and knows what it last said.</summary>
    public abstract SsCaptivePortal CaptivePortal { get; }

    /// <summary>How far the context has come. The last one for a context that is disposed.</summary>
    public abstract SsSystemState SystemState { get; }

    /// <summary>
    /// Every system state from now on, and first of all the one there is. None is lost, however slowly they are taken, since there are few; nobody waits for who takes them. It ends after
    /// <see cref="SsSystemState.ContextDestroying"/>.
    /// </summary>
    /// <param name="cancellationToken">Ends it, with <see cref="OperationCanceledException"/>.</param>
    public abstract IAsyncEnumerable<SsSystemState> WatchSystemStatesAsync(CancellationToken cancellationToken = default);

    /// <summary>Creates a stream. <see cref="SsState.Creating"/> is delivered, on this thread, before it returns and before any connect.</summary>
    /// <param name="streamType">A client streamtype of the policy.</param>
    /// <param name="handler">Receives the callbacks; may serve several streams, whose callbacks then run in parallel.</param>
    /// <param name="options">Metadata for the first attempt and the application's own state, read during the call; nothing of either when null.</param>
    /// <returns>The stream. The caller disposes it, or leaves that to the context.</returns>
    /// <exception cref="SsPolicyException">The policy has no such streamtype, or it is not one that can be created here.</exception>
    /// <exception cref="SsMetadataException">The options carry metadata that the streamtype does not declare, or with CR, LF or NUL.</exception>
    /// <exception cref="SsCreationRefusedException">The handler returned <see cref="SsResult.Destroy"/> from, threw in, or disposed the stream in <see cref="SsState.Creating"/>.</exception>
    /// <exception cref="ObjectDisposedException">The context is disposed.</exception>
    public abstract SecureStream Create(string streamType, SecureStreamHandler handler, SsStreamOptions? options = null);

    /// <summary>As <see cref="Create(string, SecureStreamHandler, SsStreamOptions?)"/>, with a handler that does nothing: for what is awaited instead of handled.</summary>
    /// <param name="streamType">A client streamtype of the policy.</param>
    /// <param name="options">Metadata for the first attempt and the application's own state; nothing of either when null.</param>
    /// <returns>The stream. The caller disposes it, or leaves that to the context.</returns>
    /// <exception cref="SsPolicyException">The policy has no such streamtype, or it is not one that can be created here.</exception>
    /// <exception cref="SsMetadataException">The options carry metadata that the streamtype does not declare, or with CR, LF or NUL.</exception>
    /// <exception cref="ObjectDisposedException">The context is disposed.</exception>
    public SecureStream Create(string streamType, SsStreamOptions? options = null) => Create(streamType, SecureStreamHandler.Idle, options);

    /// <summary>As <see cref="Create(string, SecureStreamHandler, SsStreamOptions?)"/>, telling instead of throwing why there is no stream.</summary>
    /// <param name="streamType">A client streamtype of the policy.</param>
    /// <param name="handler">Receives the callbacks.</param>
    /// <param name="options">Metadata for the first attempt and the application's own state.</param>
    /// <param name="stream">The stream, or null.</param>
    /// <param name="failure">Why there is none, or null.</param>
    /// <returns>Whether there is a stream.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="streamType"/> or <paramref name="handler"/> is null.</exception>
    public bool TryCreate(
        string streamType,
        SecureStreamHandler handler,
        SsStreamOptions? options,
        [NotNullWhen(true)] out SecureStream? stream,
        [NotNullWhen(false)] out string? failure)
    {
        ArgumentNullException.ThrowIfNull(streamType);
        ArgumentNullException.ThrowIfNull(handler);
        stream = null;
        failure = null;
        try
        {
            stream = Create(streamType, handler, options);
            return true;
        }
        catch (Exception error) when (error is SsPolicyException or SsMetadataException or SsCreationRefusedException or ObjectDisposedException)
        {
            failure = error.Message;
            return false;
        }
    }

    /// <summary>
    /// Binds and listens as a <c>server: true</c> streamtype says, or serves a <c>local_sink: true</c> streamtype inside the process; every accepted connection or transaction
    /// becomes a stream of its own.
    /// </summary>
    /// <param name="streamType">A server or local sink streamtype of the policy.</param>
    /// <param name="accept">Makes the handler of an accepted stream, before its first callback; null refuses the stream. Called on any thread, for several streams at a time.</param>
    /// <returns>The listener, bound. The caller disposes it.</returns>
    /// <exception cref="SsPolicyException">
    /// No such streamtype, it is neither a server nor a local sink, it is a local sink that is served already, or no listener factory is registered (the message says what
    /// registers it), it names nothing that can be listened on, or its certificate cannot be used, or it cannot share the listener that its <c>!name</c> joins.
    /// </exception>
    /// <exception cref="IOException">The address, port or path cannot be had on this machine now: it is taken, not this process's to use, or the listener that is joined does not listen.</exception>
    /// <exception cref="ObjectDisposedException">The context is disposed.</exception>
    public abstract SsListener CreateListener(string streamType, Func<SecureStream, SecureStreamHandler?> accept);

    /// <summary>
    /// Destroys all streams and closes all connections; completes when no callback runs any more and every connection is closed, for each caller. Inside a callback
    /// of one of its streams it completes at once and the rest goes on by itself: that callback is part of what there is to wait for. May be called again.
    /// </summary>
    public abstract ValueTask DisposeAsync();
}
