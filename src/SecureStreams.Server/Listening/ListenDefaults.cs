namespace SecureStreams.Server.Listening;

/// <summary>Sizes and bounds of listening.</summary>
internal static class ListenDefaults
{
    /// <summary>How many connections the operating system keeps until they are accepted; it may allow fewer (<c>net.core.somaxconn</c>).</summary>
    public const int Backlog = 512;

    /// <summary>How often several addresses are tried to be given the same free port.</summary>
    public const int PortAttempts = 16;

    /// <summary>How long it is waited after the operating system refused to accept, for want of file descriptors for instance, before it is asked again.</summary>
    public static readonly TimeSpan AcceptPause = TimeSpan.FromMilliseconds(250);

    /// <summary>How long a drain waits for connections that were accepted and have not come as far as their first request.</summary>
    public static readonly TimeSpan ArrivalGrace = TimeSpan.FromMilliseconds(500);

    /// <summary>How long the name of an endpoint may take to be looked up.</summary>
    public static readonly TimeSpan NameTimeout = TimeSpan.FromSeconds(5);
}
