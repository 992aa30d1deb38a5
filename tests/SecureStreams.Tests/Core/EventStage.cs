namespace SecureStreams.Tests.Core;

/// <summary>How far the attempt is that a row of the event table has under way.</summary>
internal enum EventStage
{
    /// <summary>None is under way.</summary>
    None,

    /// <summary>Started, and not connected.</summary>
    Connecting,

    /// <summary>Connected; of a transaction, its answer is under way.</summary>
    Connected,

    /// <summary>A transaction that was acknowledged or refused and has not closed.</summary>
    Answered,
}
