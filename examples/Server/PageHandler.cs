using SecureStreams;

namespace Server;

/// <summary>Answers with the page; there is no other.</summary>
internal sealed class PageHandler(byte[] page) : SecureStreamHandler
{
    private int _sent;

    public override SsResult OnState(SecureStream stream, in SsStateChange change)
    {
        if (change.State != SsState.ServerTxn)
            return SsResult.Continue;
        if (stream.GetMetadata("method") is not ("GET" or "HEAD") || stream.GetMetadata("path") != "/")
        {
            stream.ServerAck(404);
            stream.RequestTransmit(0);
            return SsResult.Continue;
        }

        stream.ServerAck();
        stream.SetMetadata("mime", "text/html; charset=utf-8");
        stream.RequestTransmit(page.Length);
        return SsResult.Continue;
    }

    public override SsTransmitResult OnTransmit(SecureStream stream, scoped ref SsTransmit tx)
    {
        var count = Math.Min(tx.Buffer.Length, page.Length - _sent);
        page.AsSpan(_sent, count).CopyTo(tx.Buffer);
        _sent += count;
        tx.Commit(count, _sent == page.Length ? SsTxFlags.EndOfMessage : SsTxFlags.None);
        if (_sent < page.Length)
            stream.RequestTransmit();
        return SsTransmitResult.Send;
    }
}
