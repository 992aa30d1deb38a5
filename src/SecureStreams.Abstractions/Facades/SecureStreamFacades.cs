using System.IO.Pipelines;

namespace SecureStreams;

/// <summary>
/// Streams for who would rather await than be called: messages read, messages sent, bytes both ways. The stream's handler goes on and gets every state; payload goes to it
/// only while none of these is in use. All of it may be called from any thread; what would wait for the stream inside one of its own callbacks is refused.
/// </summary>
public static class SecureStreamFacades
{
    /// <summary>Reads messages (of a raw stream: pieces), from this call on. Connecting is not its business: begin to read, then connect.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="cancellationToken">Ends <c>await foreach</c> with <see cref="OperationCanceledException"/>; stream and connection go on.</param>
    /// <returns>The messages, each owned by who gets it. Dispose the reader, which the end of <c>await foreach</c> does.</returns>
    /// <exception cref="InvalidOperationException">The stream is being read, or is used as a pipe or <see cref="Stream"/>.</exception>
    /// <exception cref="ObjectDisposedException">The stream is destroyed.</exception>
    public static SsMessageReader ReadMessagesAsync(this SecureStream stream, CancellationToken cancellationToken = default) => ReadMessagesAsync(stream, null, cancellationToken);

    /// <summary>As <see cref="ReadMessagesAsync(SecureStream, CancellationToken)"/>, with options.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="options">The longest message, what happens at losses, metadata to take down; null for defaults.</param>
    /// <param name="cancellationToken">As there.</param>
    /// <exception cref="ArgumentOutOfRangeException"><see cref="SsReadOptions.MaxMessageBytes"/> is less than 1.</exception>
    /// <exception cref="SsMetadataException">The options name metadata that the streamtype does not declare.</exception>
    /// <exception cref="InvalidOperationException">As there.</exception>
    /// <exception cref="ObjectDisposedException">The stream is destroyed.</exception>
    public static SsMessageReader ReadMessagesAsync(this SecureStream stream, SsReadOptions? options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        options ??= SsReadOptions.Default;
        if (options.MaxMessageBytes < 1)
            throw new ArgumentOutOfRangeException(nameof(options), options.MaxMessageBytes, "SsReadOptions.MaxMessageBytes must be 1 or more.");
        foreach (var name in options.Metadata)
            stream.GetMetadata(name);
        return stream.Facade.Read(options, cancellationToken);
    }

    /// <summary>As <see cref="SendAsync(SecureStream, ReadOnlyMemory{byte}, SsSendFlags, CancellationToken)"/>, complete when the transport has taken the message.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="payload">The message.</param>
    /// <param name="cancellationToken">As there.</param>
    public static ValueTask SendAsync(this SecureStream stream, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken = default) =>
        SendAsync(stream, payload, SsSendFlags.None, cancellationToken);

    /// <summary>
    /// Sends a message, connecting first if need be. Messages of several callers go whole, in the order of the calls. One whose connection is lost before the transport
    /// took all of it is sent from its start on the next connection that policy makes; when policy makes none, it fails with the cause.
    /// </summary>
    /// <param name="stream">The stream.</param>
    /// <param name="payload">The message, not copied: leave it alone until the result is there. On a transactional stream it is the body of one transaction.</param>
    /// <param name="flags">Whether to wait for the peer's acknowledgement.</param>
    /// <param name="cancellationToken">
    /// Ends the wait at once. A message that has not begun is not sent; one that has is sent to its end from a copy, and not repeated.
    /// </param>
    /// <returns>Complete when the transport has taken the last piece, or with <see cref="SsSendFlags.WaitForAck"/> when the peer has acknowledged. Await it once.</returns>
    /// <exception cref="SsNackException">The peer refused it.</exception>
    /// <exception cref="SsStreamException">It was not sent, or not acknowledged: all retries failed, the connection ended and policy makes no other, or the stream was destroyed.</exception>
    /// <exception cref="NotSupportedException"><see cref="SsSendFlags.WaitForAck"/> on a stream whose protocol does not acknowledge.</exception>
    /// <exception cref="InvalidOperationException">The stream is used as a pipe or <see cref="Stream"/>, or the call is made inside a callback of the stream.</exception>
    /// <exception cref="ObjectDisposedException">The stream is destroyed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static ValueTask SendAsync(this SecureStream stream, ReadOnlyMemory<byte> payload, SsSendFlags flags, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled(cancellationToken);
        StreamFacade.ThrowIfInCallback(stream, "A message is sent when the transport asks for it");
        if ((flags & SsSendFlags.WaitForAck) != 0 && !stream.Traits.Acknowledges)
        {
            throw new NotSupportedException(
                $"Streamtype '{stream.StreamType}' cannot wait for acknowledgements: its protocol has none (h1, h2 and mqtt with \"mqtt_qos\" of 1 or 2 do). Send without SsSendFlags.WaitForAck, and let the peer answer with a message.");
        }

        return stream.Facade.SendAsync(payload, flags, cancellationToken);
    }

    /// <summary>
    /// The bytes of one connection or transaction, both ways, with back-pressure both ways; connects unless it is connected. Message boundaries are not kept. Completing the
    /// output ends a request body or half-closes a raw connection; the peer's end completes the input. When both are completed a lasting connection is closed. A connection
    /// that breaks makes both sides throw <see cref="SsStreamException"/>, an <see cref="IOException"/>; a new pipe gets the next connection. What the peer refuses
    /// (<see cref="SsState.QosNackRemote"/>) makes them throw <see cref="SsNackException"/>: reading after the last byte of the answer, in place of its end; writing when it can go on no more.
    /// </summary>
    /// <param name="stream">The stream; not owned.</param>
    /// <exception cref="InvalidOperationException">The stream is read or sent to by message, or is used as a pipe or <see cref="Stream"/> already.</exception>
    /// <exception cref="ObjectDisposedException">The stream is destroyed.</exception>
    public static IDuplexPipe AsDuplexPipe(this SecureStream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var pipe = stream.Facade.OpenPipe();
        stream.Connect();
        return pipe;
    }

    /// <summary>As <see cref="AsDuplexPipe"/>, for what takes a <see cref="Stream"/>. Who wants the text of a refusal reads in pieces: what reads to the end throws in place of returning it.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="ownsStream">Whether disposing the result destroys <paramref name="stream"/>.</param>
    /// <exception cref="InvalidOperationException">As there.</exception>
    /// <exception cref="ObjectDisposedException">The stream is destroyed.</exception>
    public static SsByteStream AsStream(this SecureStream stream, bool ownsStream = false) => new(AsDuplexPipe(stream), ownsStream ? stream : null);
}
