using System.Buffers;

namespace SecureStreams.Tool.Serving;

/// <summary>Sends back what it receives, with its marks: bodies, messages, bytes. It holds no more than the policy's watermark: who does not read is not read.</summary>
internal sealed class EchoStream(bool takesUpgrades, ServeReport report) : ServedStream(takesUpgrades, report)
{
    // What both directions have in common, with the same values.
    private const SsRxFlags Marks = SsRxFlags.StartOfMessage | SsRxFlags.EndOfMessage | SsRxFlags.PeerEndOfStream | SsRxFlags.Text | SsRxFlags.Binary;
    private const SsTxFlags AtEnd = SsTxFlags.EndOfMessage | SsTxFlags.EndOfStream;

    private readonly Queue<(byte[] Buffer, int Count, SsTxFlags Flags)> _waiting = new();
    private int _offset;
    private int _held;
    private bool _paused;

    public override SsTransmitResult OnTransmit(SecureStream stream, scoped ref SsTransmit tx)
    {
        var committed = false;
        do
        {
            if (!_waiting.TryPeek(out var piece))
                break;
            var count = Math.Min(tx.Buffer.Length, piece.Count - _offset);
            piece.Buffer.AsSpan(_offset, count).CopyTo(tx.Buffer);
            var flags = _offset == 0 ? piece.Flags : piece.Flags & ~SsTxFlags.StartOfMessage;
            _offset += count;
            _held -= count;
            var isLast = _offset == piece.Count;
            if (isLast)
            {
                _waiting.Dequeue();
                ArrayPool<byte>.Shared.Return(piece.Buffer);
                _offset = 0;
            }

            Commit(ref tx, count, isLast ? flags : flags & ~AtEnd);
            committed = true;
        }
        while (tx.MoreRoom);

        if (_paused && _held <= stream.Traits.ReceiveWatermarkLow)
        {
            _paused = false;
            stream.ResumeReceive();
        }

        if (_waiting.Count > 0)
            stream.RequestTransmit();
        return committed ? SsTransmitResult.Send : SsTransmitResult.Nothing;
    }

    protected override void OnRequest(SecureStream stream)
    {
        Answer(stream, 200);
        if (stream.GetMetadata("content-type") is { } type)
            stream.SetMetadata("content-type", type);

        // Of others the end of the body is told, also of none.
        if (!RequestMethods.HaveBody(stream))
            stream.RequestTransmit(0);
    }

    protected override void OnPayload(SecureStream stream, ReadOnlySpan<byte> payload, SsRxFlags flags)
    {
        var marks = (SsTxFlags)(int)(flags & Marks);
        if (payload.IsEmpty && marks == SsTxFlags.None)
            return;
        var buffer = ArrayPool<byte>.Shared.Rent(payload.Length);
        payload.CopyTo(buffer);
        _waiting.Enqueue((buffer, payload.Length, marks));
        _held += payload.Length;
        if (!_paused && _held >= stream.Traits.ReceiveWatermarkHigh)
        {
            _paused = true;
            stream.PauseReceive();
        }

        stream.RequestTransmit();
    }

    protected override void OnEnded(SecureStream stream)
    {
        while (_waiting.TryDequeue(out var piece))
            ArrayPool<byte>.Shared.Return(piece.Buffer);
        _offset = 0;
    }
}
