namespace SecureStreams;

/// <summary>What the stream will do next by itself.</summary>
public enum SsNextAction
{
    /// <summary>Nothing to announce: the connection goes on.</summary>
    None = 0,

    /// <summary>Another attempt after <see cref="SsCause.NextDelay"/>.</summary>
    Retry,

    /// <summary>Nothing until the application acts.</summary>
    Idle,

    /// <summary>The stream is about to go.</summary>
    Destroy,

    /// <summary>All retries failed, and a fresh connect cycle follows after <see cref="SsCause.NextDelay"/> (<c>restart_after_ms</c>).</summary>
    Restart,
}
