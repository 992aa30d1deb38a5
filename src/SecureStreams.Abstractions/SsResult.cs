namespace SecureStreams;

/// <summary>What a state or receive callback asks for. What each result does in each state is the table in <c>docs/states.md</c>.</summary>
public enum SsResult
{
    /// <summary>Go on.</summary>
    Continue = 0,

    /// <summary>Close the connection or abandon the attempt; the stream lives on (lws <c>DISCONNECT_ME</c>).</summary>
    Disconnect = -1,

    /// <summary>Destroy the stream; <see cref="SsState.Destroying"/> is its last callback (lws <c>DESTROY_ME</c>).</summary>
    Destroy = -2,
}
