namespace SecureStreams;

/// <summary>How messages are read. Immutable, so that one may serve many readers.</summary>
public sealed record SsReadOptions
{
    /// <summary>What null stands for.</summary>
    public static SsReadOptions Default { get; } = new();

    /// <summary>
    /// The longest message in bytes, 1 MiB unless stated, 1 or more. A longer one is dropped, and the read whose turn it was throws <see cref="SsMessageTooLargeException"/>.
    /// Raw streams, which have no messages, are read in pieces of at most 16 KiB.
    /// </summary>
    public int MaxMessageBytes { get; init; } = FacadeDefaults.MaxMessageBytes;

    /// <summary>What happens when a connection ends otherwise than by completing its transaction. By default reading goes on, since policy may connect again.</summary>
    public SsLossBehavior OnDisconnected { get; init; } = SsLossBehavior.Continue;

    /// <summary>What happens at <see cref="SsState.AllRetriesFailed"/> when the stream stays idle after it. By default the read throws, since nothing would ever come.</summary>
    public SsLossBehavior OnAllRetriesFailed { get; init; } = SsLossBehavior.Throw;

    /// <summary>
    /// True, the default: when reading ends before the stream does, messages still unread, and those that come later, wait within the watermarks for the next reader.
    /// False: they are dropped, and reception goes back to the stream's handler with the next message.
    /// </summary>
    public bool KeepUnread { get; init; } = true;

    /// <summary>Names of metadata to take down with each message, for <see cref="SsMessage.GetMetadata"/>; none by default. Names must be declared by the streamtype.</summary>
    public IReadOnlyList<string> Metadata { get; init; } = [];
}
