namespace SecureStreams;

/// <summary>What an application gives a stream at creation, beside the streamtype and the handler.</summary>
public sealed class SsStreamOptions
{
    /// <summary>
    /// Metadata that stands before the first attempt, by declared name: what a <c>nailed_up</c> streamtype needs in its endpoint or URL, since it connects at creation.
    /// </summary>
    public IDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Anything of the application's; the stream only carries it (<see cref="SecureStream.UserState"/>).</summary>
    public object? UserState { get; init; }
}
