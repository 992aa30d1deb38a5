namespace SecureStreams;

/// <summary>Contexts for who would rather await than be called.</summary>
public static class SsContextFacades
{
    /// <summary>
    /// One transaction (h1, h2) from start to end: creates a stream, sends the body, waits for the answer through the retries of policy, destroys the stream. May be
    /// called from any thread, any number at a time; connections are shared as policy allows.
    /// </summary>
    /// <param name="context">The context.</param>
    /// <param name="streamType">A transactional client streamtype of the policy.</param>
    /// <param name="body">The request's body, empty for none; not copied: leave it alone until the result is there.</param>
    /// <param name="metadata">Metadata of the request, by declared name; null for none.</param>
    /// <param name="cancellationToken">Ends the transaction, on the wire too.</param>
    /// <returns>What the peer answered, acknowledgement or refusal.</returns>
    /// <exception cref="SsStreamException">There was no answer: all retries failed, or it was cut short and policy does not retry, or the context was disposed.</exception>
    /// <exception cref="SsMessageTooLargeException">The answer is longer than allowed.</exception>
    /// <exception cref="SsPolicyException">The policy has no such streamtype, or not one that can be created here.</exception>
    /// <exception cref="SsMetadataException">Metadata is not declared, or carries CR, LF or NUL.</exception>
    /// <exception cref="NotSupportedException">The streamtype is not transactional.</exception>
    /// <exception cref="ObjectDisposedException">The context is disposed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static Task<SsResponse> TransactAsync(
        this SsContext context,
        string streamType,
        ReadOnlyMemory<byte> body = default,
        IEnumerable<KeyValuePair<string, string>>? metadata = null,
        CancellationToken cancellationToken = default) => TransactAsync(context, streamType, body, metadata, null, cancellationToken);

    /// <summary>As the other, with options.</summary>
    /// <param name="context">The context.</param>
    /// <param name="streamType">As there.</param>
    /// <param name="body">As there.</param>
    /// <param name="metadata">As there.</param>
    /// <param name="options">The longest answer, metadata to read; null for defaults.</param>
    /// <param name="cancellationToken">As there.</param>
    /// <exception cref="ArgumentOutOfRangeException"><see cref="SsTransactOptions.MaxResponseBytes"/> is negative.</exception>
    public static async Task<SsResponse> TransactAsync(
        this SsContext context,
        string streamType,
        ReadOnlyMemory<byte> body,
        IEnumerable<KeyValuePair<string, string>>? metadata,
        SsTransactOptions? options,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(streamType);
        options ??= SsTransactOptions.Default;
        if (options.MaxResponseBytes < 0)
            throw new ArgumentOutOfRangeException(nameof(options), options.MaxResponseBytes, "SsTransactOptions.MaxResponseBytes must be 0 or more.");
        cancellationToken.ThrowIfCancellationRequested();

        var handler = new TransactHandler(body, options);
        var stream = context.Create(streamType, handler, new SsStreamOptions { Metadata = new Dictionary<string, string>(metadata ?? [], StringComparer.Ordinal) });
        await using (stream.ConfigureAwait(false))
        {
            if (!stream.Traits.IsTransactional)
            {
                throw new NotSupportedException(
                    $"Streamtype '{streamType}' has no transactions: TransactAsync is for h1 and h2. For other protocols create a stream and use SendAsync and ReadMessagesAsync.");
            }

            foreach (var name in options.ResponseMetadata)
                stream.GetMetadata(name);
            stream.RequestTransmit(body.Length);
            var (response, failure) = await handler.Result.WaitAsync(cancellationToken).ConfigureAwait(false);
            return response ?? throw failure!;
        }
    }
}
