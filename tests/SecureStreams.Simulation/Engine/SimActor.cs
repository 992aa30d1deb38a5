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

    /// <summary>The attempt that counts: the newest.</summary>
    public SimAttempt? Attempt { get; set; }

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
    public void RetryIsDue(long due, long slept) => (RetryDue, RetrySlept, AwaitsGovernor) = (due, slept, false);

    /// <summary>No retry is due.</summary>
    public void NoRetry() => RetryDue = -1;

    /// <summary>A new stream takes the place.</summary>
    public void Reset(SimHandler handler)
    {
        Handler = handler;
        Stream = null;
        Attempt = null;
        Gone = null;
        State = SsState.None;
        Paused = Failed = false;
        LastDetail = 0;
        RetryDue = AskedAt = ThrewAt = ConnectAskedAt = -1;
    }

    public override string ToString() => $"#{Index} {Kind.Name}";
}
