namespace SecureStreams;

/// <summary>What a change of the policy does to one stream or listener. The table of who gets which is in <c>docs/live-policy.md</c>.</summary>
public enum SsPolicyAction
{
    /// <summary>Nothing: its effective policy is the same, or the change is none of its business.</summary>
    None = 0,

    /// <summary>The change acts at once, on the connection or listener that there is.</summary>
    Live = 1,

    /// <summary>The next attempt, accepted connection or transaction takes it; what stands is left alone.</summary>
    NextAttempt = 2,

    /// <summary>An attempt begins now, under the new policy: in place of the wait for the next one, or of the attempt under way.</summary>
    AttemptNow = 3,

    /// <summary>The request under way ends first, under the policy it began with; the next one takes the change.</summary>
    AfterTransaction = 4,

    /// <summary>The new connection (of a listener: the new socket) is made before the old one is ended; if it cannot be had, the old one stays.</summary>
    Replace = 5,

    /// <summary>The connection ends in order, and one under the new policy is made.</summary>
    Reconnect = 6,

    /// <summary>The streamtype is gone, or is no client any more: the connection, attempt or wait ends with <see cref="SsCauseCode.StreamTypeRemoved"/>.</summary>
    End = 7,

    /// <summary>It goes on as it was, because it cannot change while it runs: dispose it and create it anew.</summary>
    CreateAnew = 8,
}
