namespace SecureStreams.Tests.EndToEnd.Faults;

/// <summary>What befalls a connection on its way.</summary>
internal enum FaultKind
{
    /// <summary>Both sides get a reset.</summary>
    Reset,

    /// <summary>The client is told that no more comes, and no more comes.</summary>
    EndToClient,

    /// <summary>The server is told that no more comes, and no more comes.</summary>
    EndToServer,

    /// <summary>Nothing gets through any more, and nobody is told.</summary>
    Stop,

    /// <summary>Some bytes get through one by one: no harm may come of it.</summary>
    Dribble,

    /// <summary>Everything takes longer: no harm may come of it.</summary>
    Delay,
}
