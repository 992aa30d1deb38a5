using System.Collections.Concurrent;
using SecureStreams.TestSupport.Handlers;

namespace SecureStreams.TestSupport.Wires;

/// <summary>A <see cref="WireHandler"/> of which everything is recorded and checked, and timed by the real clock.</summary>
/// <param name="handler">What it does.</param>
public sealed class WireRecorder(WireHandler handler) : RecordingHandler
{
    private static readonly TimeProvider Clock = TimeProvider.System;

    private readonly ConcurrentDictionary<SsState, long> _first = new();
    private long _lastHeard;
    private long _heard;
    private int _connections;

    /// <summary>What it does.</summary>
    public WireHandler Inner => handler;

    /// <summary>Pieces received since the last <c>Connecting</c>.</summary>
    public long Heard => Volatile.Read(ref _heard);

    /// <summary>When the last piece came: a timestamp of the real clock.</summary>
    public long LastHeard => Volatile.Read(ref _lastHeard);

    /// <summary>Waits until <paramref name="pieces"/> came since the last <c>Connecting</c>, on connection number <paramref name="connection"/>, from 1, or a later one.</summary>
    public Task HeardAsync(int pieces, int connection = 1) => WaitForAsync(
        _ => Heard >= pieces && Volatile.Read(ref _connections) >= connection, what: $"{pieces} pieces on connection {connection}");

    /// <summary>When a state came first.</summary>
    public long FirstAt(SsState state) => _first[state];

    /// <inheritdoc/>
    protected override SsResult ReactToState(SecureStream stream, in SsStateChange change)
    {
        _first.TryAdd(change.State, Clock.GetTimestamp());
        if (change.State == SsState.Connecting)
            Volatile.Write(ref _heard, 0);
        if (change.State == SsState.Connected)
            Interlocked.Increment(ref _connections);
        _ = base.ReactToState(stream, change);
        return handler.OnState(stream, change);
    }

    /// <inheritdoc/>
    protected override SsResult ReactToReceive(SecureStream stream, ReadOnlySpan<byte> payload, SsRxFlags flags)
    {
        Volatile.Write(ref _lastHeard, Clock.GetTimestamp());
        Interlocked.Increment(ref _heard);
        _ = base.ReactToReceive(stream, payload, flags);
        return handler.OnReceive(stream, payload, flags);
    }

    /// <inheritdoc/>
    protected override SsTransmitResult ReactToTransmit(SecureStream stream, scoped ref SsTransmit tx) => handler.OnTransmit(stream, ref tx);
}
