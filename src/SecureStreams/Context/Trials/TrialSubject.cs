using SecureStreams.Core;

namespace SecureStreams;

/// <summary>A stream that a trial watches. Guarded by its watch.</summary>
/// <param name="Stream">The stream.</param>
internal sealed record TrialSubject(LocalStream Stream)
{
    /// <summary>Whether it is one of those that must be connected.</summary>
    public bool IsCounted { get; set; }

    /// <summary>Whether it was connected before the change; what a revert owes it is that it is so again.</summary>
    public bool WasConnected { get; set; }

    /// <summary>Whether it was without a connection that it wanted already before: whatever comes of it says nothing about the change.</summary>
    public bool WasDown { get; set; }

    /// <summary>Whether the application has done with it.</summary>
    public bool IsLeft { get; set; }

    public TrialStatus Status { get; set; }

    /// <summary>Connections under the policy that were cut off.</summary>
    public int Losses { get; set; }

    /// <summary>How many are no sign of trouble.</summary>
    public int AllowedLosses { get; set; } = 1;

    /// <summary>A request of it failed and is tried again.</summary>
    public bool IsRequestFailing { get; set; }

    /// <summary>When the request that it makes began; null when it makes none.</summary>
    public DateTimeOffset? AskedAt { get; set; }

    /// <summary>Its transaction has its result; what then becomes of the connection is none.</summary>
    public bool HasResult { get; set; }

    /// <summary>Which is that the peer acknowledged it.</summary>
    public bool WasAcked { get; set; }

    /// <summary>The detail that was counted last, which several states may carry.</summary>
    public long LastDetail { get; set; }
}
