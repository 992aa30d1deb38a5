namespace SecureStreams.Transports.LocalSink;

/// <summary>What one end posts to the mailbox of the other, or to its own. Payload waits in a <see cref="LocalSinkPipe"/>.</summary>
internal enum LocalSinkFact : long
{
    /// <summary>Both ends are there.</summary>
    Opened = 1,

    /// <summary>The sink does not take the source, or there is none.</summary>
    Refused,

    /// <summary>The attempt has used up its time.</summary>
    TimedOut,

    /// <summary>There is something to read, or nothing more will come.</summary>
    Readable,

    /// <summary>There is room again.</summary>
    Writable,

    /// <summary>The stream has let go.</summary>
    LetGo,
}
