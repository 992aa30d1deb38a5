namespace SecureStreams.Simulation.Engine;

/// <summary>Defects that the simulation can put into its own parts, to prove that its invariants find them.</summary>
internal enum Mutant
{
    None,

    /// <summary>The scheduler loses one wake-up in two thousand.</summary>
    LosesWakeUps,

    /// <summary>The product's randomness is always 0: delays without jitter.</summary>
    NoJitter,

    /// <summary>The transport claims to have heard its peer just now: dead peers stay unseen.</summary>
    AlwaysHeard,

    /// <summary>The transport's loop delivers without entering the mailbox now and then.</summary>
    CallsBesideTheMailbox,

    /// <summary>The transport delivers what waited right inside the call that resumes it.</summary>
    DeliversInsideCalls,

    /// <summary>The transport delivers a piece twice now and then.</summary>
    DeliversTwice,

    /// <summary>The transport blames the peer's closing for every failure.</summary>
    WrongCause,

    /// <summary>A timer fires a little late now and then.</summary>
    LateTimers,

    /// <summary>An edit of the policy ends the connection of a stream whose policy is equal, now and then.</summary>
    EditReconnectsEqual,

    /// <summary>A refused edit is in force all the same.</summary>
    RefusedEditActs,

    /// <summary>A connection that ends for another loses what its peer still has to say.</summary>
    FinishDropsWhatComes,

    /// <summary>An acknowledgement is told twice now and then.</summary>
    AcknowledgesTwice,
}
