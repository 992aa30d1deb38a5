using System.Text;

namespace SecureStreams.Server.Tests.Http;

/// <summary>Answers a request without a body with what it asked, and one with a body with the same body, piece by piece.</summary>
internal sealed class HttpEchoHandler : SecureStreamHandler
{
    private const int Most = 64 * 1024;

    private readonly Queue<byte[]> _waiting = new();
    private int _offset;
    private int _held;
    private bool _ended;

    public override SsResult OnState(SecureStream stream, in SsStateChange change)
    {
        if (change.State != SsState.ServerTxn)
            return SsResult.Continue;
        stream.ServerAck();
        stream.SetMetadata("mime", "text/plain");
        if (stream.GetMetadata("method") is "GET" or "HEAD" or "DELETE")
        {
            var text = Encoding.UTF8.GetBytes($"{stream.GetMetadata("method")} {stream.GetMetadata("path")}?{stream.GetMetadata("query")} arg={stream.GetMetadata("arg")} agent={stream.GetMetadata("agent")}\n");
            _waiting.Enqueue(text);
            _ended = true;
            stream.RequestTransmit(text.Length);
        }

        return SsResult.Continue;
    }

    public override SsResult OnReceive(SecureStream stream, ReadOnlySpan<byte> payload, SsRxFlags flags)
    {
        if (payload.Length > 0)
            _waiting.Enqueue(payload.ToArray());
        _held += payload.Length;
        _ended |= flags.HasFlag(SsRxFlags.EndOfMessage);
        if (_held >= Most)
            stream.PauseReceive();
        stream.RequestTransmit();
        return SsResult.Continue;
    }

    public override SsTransmitResult OnTransmit(SecureStream stream, scoped ref SsTransmit tx)
    {
        if (!_waiting.TryPeek(out var piece))
        {
            if (!_ended)
                return SsTransmitResult.Nothing;
            tx.Commit(0, SsTxFlags.EndOfMessage);
            return SsTransmitResult.Send;
        }

        var count = Math.Min(tx.Buffer.Length, piece.Length - _offset);
        piece.AsSpan(_offset, count).CopyTo(tx.Buffer);
        _offset += count;
        _held -= count;
        if (_offset == piece.Length)
        {
            _waiting.Dequeue();
            _offset = 0;
        }

        tx.Commit(count, _ended && _waiting.Count == 0 ? SsTxFlags.EndOfMessage : SsTxFlags.None);
        if (_held < Most / 2)
            stream.ResumeReceive();
        if (_waiting.Count > 0)
            stream.RequestTransmit();
        return SsTransmitResult.Send;
    }
}
