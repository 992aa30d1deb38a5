namespace SecureStreams.TestSupport.Servers;

/// <summary>Which way bytes go through a <see cref="TcpRelay"/>.</summary>
[Flags]
public enum RelayDirection
{
    /// <summary>Neither.</summary>
    None = 0,

    /// <summary>From the client to the server.</summary>
    ToServer = 1,

    /// <summary>From the server to the client.</summary>
    ToClient = 2,

    /// <summary>Both ways.</summary>
    Both = ToServer | ToClient,
}
