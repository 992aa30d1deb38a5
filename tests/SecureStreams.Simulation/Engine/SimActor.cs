using SecureStreams.Core;
using SecureStreams.Simulation.Application;
using SecureStreams.Simulation.Network;
using SecureStreams.Simulation.Peers;

namespace SecureStreams.Simulation.Engine;

/// <summary>One place for a stream in a run: it holds one stream after the other, and what the simulation knows of the one it has.</summary>
internal sealed class SimActor(int index, StreamKind kind, SimServer server)
{
    public int Index { get; } = index;

    public StreamKind Kind { get; } = kind;

    /// <summary>The server that its kind leads to, until the policy is edited.</summary>
    public SimServer Server { get; } = server;

    /// <summary>The faults of its own path.</summary>
    public SimPath Path { get; } = new();

    /// <summary>One-way delay of its path, in microseconds.</summary>
    public long Latency { get; set; } = 20_000;

    /// <summary>The stream it has; null between two.</summary>
    public LocalStream? Stream { get; set; }

    /// <summary>The handler of that stream.</summary>
    public SimHandler? Handler { get; set; }

    /// <summary>The last state told, notices excluded.</summary>
    public SsState State { get; set; }

    /// <summary>Whether it has a connection: an acknowledgement takes the place of Connected.</summary>
    public bool IsConnected => State is SsState.Connected or SsState.QosAckRemote or SsState.QosNackRemote;

    /// <summary>The attempt that counts: the newest that the stream has told of.</summary>
    public SimAttempt? Attempt { get; set; }

    /// <summary>The attempt at a connection that is to take the place of the one there is; null while there is none.</summary>
    public SimAttempt? Next { get; set; }

    /// <summary>What the newest edit of the policy that touched the stream does to it; null once it has a connection that needs nothing done.</summary>
    public SsPolicyEffect? Planned { get; private set; }

    // What was planned, and which retry was due, before the edits of the moment at which it was last touched.
    private (SsPolicyEffect? Planned, long At, long Due, long Slept) _before;

    /// <summary>What was planned before the moment at which it was last touched: until the stream has had its turn, it goes by that.</summary>
    public SsPolicyEffect? PlannedBefore => _before.Planned;

    /// <summary>When that edit was made.</summary>
    public long PlannedAt { get; private set; } = -1;

    /// <summary>Whether the application has asked for a connection and not taken it back, so that the stream has something to do.</summary>
    public bool Wants { get; set; }

    /// <summary>Since when.</summary>
    public long WantsSince { get; set; }

    /// <summary>When the application last asked for an end: calls and results take effect in the same moment.</summary>
    public long AskedAt { get; set; } = -1;

    /// <summary>When a callback last threw.</summary>
    public long ThrewAt { get; set; } = -1;

    /// <summary>When Connect was last called from outside of a callback: it ends the wait for a retry, even one that begins in the same moment.</summary>
    public long ConnectAskedAt { get; set; } = -1;

    /// <summary>Whether an overdue retry has been found to wait for the governor.</summary>
    public bool AwaitsGovernor { get; set; }

    /// <summary>How many callbacks of it are under way.</summary>
    public int Depth { get; set; }

    /// <summary>When the announced retry is due; negative when none is.</summary>
    public long RetryDue { get; private set; } = -1;

    /// <summary>Whether the retry may come before it is due, because of an edit of the policy.</summary>
    public bool MayHurry { get; set; }

    /// <summary>How long the machine had slept when it was announced.</summary>
    public long RetrySlept { get; private set; }

    /// <summary>Whether the last attempt or connection of the stream failed.</summary>
    public bool Failed { get; set; }

    /// <summary>The detail of the last failure it was told; 0 before the first.</summary>
    public long LastDetail { get; set; }

    /// <summary>Completes when the stream is gone; null while nobody asked.</summary>
    public Task? Gone { get; set; }

    /// <summary>Whether receiving is paused.</summary>
    public bool Paused { get; set; }

    /// <summary>When receiving was last resumed: what was not read before says nothing of the peer.</summary>
    public long ResumedAt { get; set; }

    /// <summary>A retry is due at <paramref name="due"/>; the machine has slept <paramref name="slept"/> so far.</summary>
    public void RetryIsDue(long due, long slept) => (RetryDue, RetrySlept, AwaitsGovernor, MayHurry) = (due, slept, false, false);

    /// <summary>An edit of the policy touches it.</summary>
    public void IsPlanned(SsPolicyEffect effect, long now)
    {
        // Of several edits of one moment the last counts, as if there had been no other.
        if (PlannedAt == now)
            RestoreRetry();
        else
            _before = (Planned, PlannedAt, RetryDue, RetrySlept);
        (Planned, PlannedAt) = (effect, now);
    }

    /// <summary>Another edit of the same moment undid what touched it before it had its turn.</summary>
    public void IsUntouched(long now)
    {
        if (PlannedAt != now)
            return;
        RestoreRetry();
        (Planned, PlannedAt) = (_before.Planned, _before.At);
    }

    private void RestoreRetry()
    {
        if (RetryDue >= 0 && _before.Due >= 0)
            (RetryDue, RetrySlept) = (_before.Due, _before.Slept);
    }

    /// <summary>What an edit asked for is done.</summary>
    public void NothingPlanned() => Planned = null;

    /// <summary>No retry is due.</summary>
    public void NoRetry() => RetryDue = -1;

    /// <summary>A new stream takes the place.</summary>
    public void Reset(SimHandler handler)
    {
        Handler = handler;
        Stream = null;
        Attempt = Next = null;
        Planned = null;
        Gone = null;
        State = SsState.None;
        Paused = Failed = false;
        LastDetail = 0;
        RetryDue = AskedAt = ThrewAt = ConnectAskedAt = PlannedAt = -1;
    }

    public override string ToString() => $"#{Index} {Kind.Name}";
}
