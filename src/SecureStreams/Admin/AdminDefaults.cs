namespace SecureStreams.Admin;

/// <summary>Bounds of admin sockets.</summary>
internal static class AdminDefaults
{
    /// <summary>The largest request: the largest policy, with room for what JSON escapes of it.</summary>
    public const int LargestRequestBytes = 2 * SsContextExtensions.LargestPolicyBytes;

    /// <summary>Connections that are served at a time; others wait in the system.</summary>
    public const int MostConnections = 4;

    /// <summary>Connections that the system keeps waiting; a client that comes while it is full is refused at once, as Unix sockets are.</summary>
    public const int Backlog = 128;

    /// <summary>How long a request may take to come, and an answer to be taken.</summary>
    public static readonly TimeSpan Bound = TimeSpan.FromSeconds(10);

    /// <summary>How long to wait when the system has no descriptor for one more.</summary>
    public static readonly TimeSpan AcceptPause = TimeSpan.FromSeconds(1);
}
