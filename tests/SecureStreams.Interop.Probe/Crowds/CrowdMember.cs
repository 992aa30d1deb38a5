using System.Buffers.Binary;
using System.Diagnostics;

namespace SecureStreams.Interop.Probe.Crowds;

/// <summary>One client of a crowd: connects once, and has at most one message under way, whose round trip it measures.</summary>
internal sealed class CrowdMember(CrowdClients crowd) : SecureStreamHandler
{
    private const int MessageBytes = 64;

    private readonly TaskCompletionSource _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _underWay;

    /// <summary>Completes when it is connected, or is not going to be.</summary>
    public Task Settled => _connected.Task;

    /// <summary>Sends a message, unless the last one is not back.</summary>
    /// <returns>Whether it does.</returns>
    public bool TrySend(SecureStream stream)
    {
        if (Interlocked.Exchange(ref _underWay, 1) != 0)
            return false;
        stream.RequestTransmit();
        return true;
    }

    public override SsResult OnState(SecureStream stream, in SsStateChange change)
    {
        switch (change.State)
        {
            case SsState.Connected:
                crowd.NoteConnected();
                _connected.TrySetResult();
                break;
            case SsState.Disconnected:
                crowd.NoteEnded(change.Cause, wasConnected: true);
                break;
            case SsState.Unreachable or SsState.AllRetriesFailed:
                crowd.NoteEnded(change.Cause, wasConnected: false);
                _connected.TrySetResult();
                break;
        }

        return SsResult.Continue;
    }

    public override SsResult OnReceive(SecureStream stream, ReadOnlySpan<byte> payload, SsRxFlags flags)
    {
        crowd.NoteRoundTrip(Stopwatch.GetElapsedTime(BinaryPrimitives.ReadInt64LittleEndian(payload)));
        Volatile.Write(ref _underWay, 0);
        return SsResult.Continue;
    }

    public override SsTransmitResult OnTransmit(SecureStream stream, scoped ref SsTransmit tx)
    {
        var message = tx.Buffer[..MessageBytes];
        message.Clear();
        BinaryPrimitives.WriteInt64LittleEndian(message, Stopwatch.GetTimestamp());
        tx.Commit(MessageBytes, SsTxFlags.WholeMessage | SsTxFlags.Binary);
        return SsTransmitResult.Send;
    }
}
