namespace SecureStreams.Simulation.Edits;

/// <summary>What an edit of the policy is for.</summary>
internal enum EditKind
{
    /// <summary>A whole new document, different in any number of ways.</summary>
    Document,

    /// <summary>An attribute that acts at once.</summary>
    Live,

    /// <summary>An attribute that the next attempt takes.</summary>
    NextAttempt,

    /// <summary>An attribute that asks for another connection.</summary>
    Reconnect,

    /// <summary>Another server.</summary>
    Move,

    /// <summary>Another protocol.</summary>
    Protocol,

    /// <summary>An attribute that makes the stream another: one connection has to end before the next begins.</summary>
    Recreate,

    /// <summary>A streamtype is taken away.</summary>
    Removal,

    /// <summary>A streamtype comes back.</summary>
    Return,

    /// <summary>An overlay is applied, or another takes its place.</summary>
    Overlay,

    /// <summary>An overlay is taken away.</summary>
    OverlayRemoval,

    /// <summary>The same policy in other words: order, space, one object or many.</summary>
    Respelled,

    /// <summary>What cannot be used.</summary>
    Invalid,

    /// <summary>A new document on trial.</summary>
    Trial,

    /// <summary>The trial is confirmed by hand.</summary>
    TrialConfirmed,

    /// <summary>The trial is taken back by hand.</summary>
    TrialReverted,

    /// <summary>The trial failed and was taken back by itself: no edit of anybody's.</summary>
    TrialFailed,

    /// <summary>The last one of a run: every streamtype is there, and asks for another connection.</summary>
    Last,
}
