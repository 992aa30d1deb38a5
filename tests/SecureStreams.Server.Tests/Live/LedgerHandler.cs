using System.Buffers.Binary;
using System.Collections.Concurrent;

namespace SecureStreams.Server.Tests.Live;

/// <summary>The server's side of a numbered conversation: writes every number down that comes, in order, and answers each with itself. Over raw the numbers follow one another without more.</summary>
/// <param name="seen">Where the numbers go; shared by all connections of a server.</param>
internal sealed class LedgerHandler(ConcurrentQueue<int> seen) : SecureStreamHandler
{
    private readonly Queue<int> _answers = new();
    private readonly List<byte> _pending = [];
    private bool _peerEnded;

    public override SsResult OnState(SecureStream stream, in SsStateChange change)
    {
        if (change.State == SsState.ServerTxn)
            stream.ServerAck();
        return SsResult.Continue;
    }

    public override SsResult OnReceive(SecureStream stream, ReadOnlySpan<byte> payload, SsRxFlags flags)
    {
        _pending.AddRange(payload);
        while (_pending.Count >= sizeof(int))
        {
            Span<byte> number = [_pending[0], _pending[1], _pending[2], _pending[3]];
            _pending.RemoveRange(0, sizeof(int));
            seen.Enqueue(BinaryPrimitives.ReadInt32BigEndian(number));
            _answers.Enqueue(BinaryPrimitives.ReadInt32BigEndian(number));
        }

        // Over raw: whoever ends its side is told that all is answered, and need not wait to find out.
        _peerEnded |= flags.HasFlag(SsRxFlags.PeerEndOfStream);
        if (_answers.Count > 0 || _peerEnded)
            stream.RequestTransmit();
        return SsResult.Continue;
    }

    public override SsTransmitResult OnTransmit(SecureStream stream, scoped ref SsTransmit tx)
    {
        if (!_answers.TryDequeue(out var number))
        {
            if (!_peerEnded)
                return SsTransmitResult.Nothing;
            _peerEnded = false;
            tx.Commit(0, SsTxFlags.EndOfStream);
            return SsTransmitResult.Send;
        }

        BinaryPrimitives.WriteInt32BigEndian(tx.Buffer, number);
        tx.Commit(sizeof(int), SsTxFlags.WholeMessage | SsTxFlags.Binary);
        if (_answers.Count > 0 || _peerEnded)
            stream.RequestTransmit();
        return SsTransmitResult.Send;
    }
}
