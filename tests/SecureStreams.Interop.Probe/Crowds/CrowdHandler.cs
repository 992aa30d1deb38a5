using System.Collections.Concurrent;

namespace SecureStreams.Interop.Probe.Crowds;

/// <summary>One handler for every connection of a crowd: counts them, and sends each small message back.</summary>
internal sealed class CrowdHandler : SecureStreamHandler
{
    private readonly ConcurrentDictionary<SecureStream, byte[]> _answers = new();
    private int _alive;
    private int _ended;
    private long _messages;

    public int Alive => Volatile.Read(ref _alive);

    public int Ended => Volatile.Read(ref _ended);

    public long Messages => Interlocked.Read(ref _messages);

    public override SsResult OnState(SecureStream stream, in SsStateChange change)
    {
        if (change.State == SsState.ServerUpgrade)
        {
            Interlocked.Increment(ref _alive);
        }
        else if (change.State == SsState.Disconnected)
        {
            Interlocked.Decrement(ref _alive);
            Interlocked.Increment(ref _ended);
            _answers.TryRemove(stream, out _);
        }

        return SsResult.Continue;
    }

    public override SsResult OnReceive(SecureStream stream, ReadOnlySpan<byte> payload, SsRxFlags flags)
    {
        Interlocked.Increment(ref _messages);

        // Clients have one message under way at a time.
        _answers[stream] = payload.ToArray();
        stream.RequestTransmit();
        return SsResult.Continue;
    }

    public override SsTransmitResult OnTransmit(SecureStream stream, scoped ref SsTransmit tx)
    {
        if (!_answers.TryRemove(stream, out var answer))
            return SsTransmitResult.Nothing;
        answer.CopyTo(tx.Buffer);
        tx.Commit(answer.Length, SsTxFlags.WholeMessage | SsTxFlags.Binary);
        return SsTransmitResult.Send;
    }
}
