namespace SecureStreams.Server.Tests.WebSocket;

/// <summary>
/// Sends back every message as it came: over ws each message, over HTTP the body as the answer's, over raw the bytes. The policy alone says which; nothing here asks. It holds
/// little: a peer that does not read is not read.
/// </summary>
internal sealed class MessageEchoHandler : SecureStreamHandler
{
    private const int Most = 64 * 1024;

    private readonly Queue<(byte[] Bytes, SsTxFlags Flags)> _waiting = new();
    private int _offset;
    private int _held;

    public override SsResult OnState(SecureStream stream, in SsStateChange change)
    {
        if (change.State == SsState.ServerTxn)
            stream.ServerAck();
        return SsResult.Continue;
    }

    public override SsResult OnReceive(SecureStream stream, ReadOnlySpan<byte> payload, SsRxFlags flags)
    {
        var back = SsTxFlags.None;
        if (flags.HasFlag(SsRxFlags.StartOfMessage))
            back |= SsTxFlags.StartOfMessage;
        if (flags.HasFlag(SsRxFlags.EndOfMessage))
            back |= SsTxFlags.EndOfMessage;
        if (flags.HasFlag(SsRxFlags.Text))
            back |= SsTxFlags.Text;
        if (flags.HasFlag(SsRxFlags.Binary))
            back |= SsTxFlags.Binary;
        if (flags.HasFlag(SsRxFlags.PeerEndOfStream))
            back |= SsTxFlags.EndOfStream;
        _waiting.Enqueue((payload.ToArray(), back));
        _held += payload.Length;
        if (_held >= Most)
            stream.PauseReceive();
        stream.RequestTransmit();
        return SsResult.Continue;
    }

    public override SsTransmitResult OnTransmit(SecureStream stream, scoped ref SsTransmit tx)
    {
        if (!_waiting.TryPeek(out var piece))
            return SsTransmitResult.Nothing;
        var count = Math.Min(tx.Buffer.Length, piece.Bytes.Length - _offset);
        piece.Bytes.AsSpan(_offset, count).CopyTo(tx.Buffer);
        var flags = piece.Flags;
        if (_offset > 0)
            flags &= ~SsTxFlags.StartOfMessage;
        _offset += count;
        _held -= count;
        if (_offset < piece.Bytes.Length)
        {
            flags &= ~(SsTxFlags.EndOfMessage | SsTxFlags.EndOfStream);
        }
        else
        {
            _waiting.Dequeue();
            _offset = 0;
        }

        tx.Commit(count, flags);
        if (_held < Most / 2)
            stream.ResumeReceive();
        if (_waiting.Count > 0)
            stream.RequestTransmit();
        return SsTransmitResult.Send;
    }
}
