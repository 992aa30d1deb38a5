namespace SecureStreams.Remote;

/// <summary>Nothing usable came.</summary>
internal sealed class FetchException(SsRemotePolicyStage stage, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Where it ended.</summary>
    public SsRemotePolicyStage Stage => stage;

    /// <summary>The status that the server answered with; null when it is not that.</summary>
    public System.Net.HttpStatusCode? Status { get; init; }
}
