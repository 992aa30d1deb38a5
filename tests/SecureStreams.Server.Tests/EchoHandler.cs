namespace SecureStreams.Server.Tests;

/// <summary>Sends back what it receives, and ends when the peer has ended. It holds little: a peer that does not read is not read.</summary>
internal sealed class EchoHandler : SecureStreamHandler
{
    private const int Most = 64 * 1024;

    private readonly Queue<byte[]> _waiting = new();
    private int _offset;
    private int _held;
    private bool _ended;

    public override SsResult OnReceive(SecureStream stream, ReadOnlySpan<byte> payload, SsRxFlags flags)
    {
        if (payload.Length > 0)
            _waiting.Enqueue(payload.ToArray());
        _held += payload.Length;
        _ended |= flags.HasFlag(SsRxFlags.PeerEndOfStream);
        if (_held >= Most)
            stream.PauseReceive();
        stream.RequestTransmit();
        return SsResult.Continue;
    }

    public override SsTransmitResult OnTransmit(SecureStream stream, scoped ref SsTransmit tx)
    {
        if (_waiting.TryPeek(out var piece))
        {
            var count = Math.Min(tx.Buffer.Length, piece.Length - _offset);
            piece.AsSpan(_offset, count).CopyTo(tx.Buffer);
            _offset += count;
            _held -= count;
            if (_offset == piece.Length)
            {
                _waiting.Dequeue();
                _offset = 0;
            }

            tx.Commit(count, _ended && _waiting.Count == 0 ? SsTxFlags.EndOfStream : SsTxFlags.None);
            if (_held < Most / 2)
                stream.ResumeReceive();
            if (_waiting.Count > 0)
                stream.RequestTransmit();
            return SsTransmitResult.Send;
        }

        if (!_ended)
            return SsTransmitResult.Nothing;
        tx.Commit(0, SsTxFlags.EndOfStream);
        return SsTransmitResult.Send;
    }
}
