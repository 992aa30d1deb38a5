namespace SecureStreams;

/// <summary>What an application gives a stream at creation, beside the streamtype and the handler.</summary>
public sealed class SsStreamOptions
{
    /// <summary>
    /// Metadata that stands before the first attempt, by declared name: what a <c>nailed_up</c> streamtype needs in its endpoint or URL, since it connects at creation.
    /// Empty by default; copied when the stream is created.
    /// </summary>
    public IDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>
    /// How many bytes the peer may send before <see cref="SecureStream.AddPeerTxCredit"/> allows more; null, the default, leaves that to receive watermarks and
    /// <see cref="SecureStream.PauseReceive"/>. 0 or more.
    /// </summary>
    public long? ManualInitialTxCredit { get; init; }

    /// <summary>Anything of the application's, null by default; the stream only carries it (<see cref="SecureStream.UserState"/>), and disposes nothing.</summary>
    public object? UserState { get; init; }
}
