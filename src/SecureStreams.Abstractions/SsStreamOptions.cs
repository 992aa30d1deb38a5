namespace SecureStreams;

/// <summary>What an application gives a stream at creation, beside the streamtype and the handler.</summary>
public sealed class SsStreamOptions
{
    /// <summary>
    /// Metadata that stands before the first attempt, by declared name: what a <c>nailed_up</c> streamtype needs in its endpoint or URL, since it connects at creation.
    /// Empty by default; copied when the stream is created.
    /// </summary>
    public IDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Anything of the application's, null by default; the stream only carries it (<see cref="SecureStream.UserState"/>), and disposes nothing.</summary>
    public object? UserState { get; init; }
}
