using System.Text;

namespace SecureStreams.Server.Tests.WebSocket;

/// <summary>
/// Serves a page whose script talks ws, and an image of it that comes only once the script has said what became of that: so the page is loaded when there is something to see in it.
/// </summary>
internal sealed class PageHandler(string page, PageGate gate) : SecureStreamHandler
{
    private byte[] _answer = [];
    private int _sent;

    public override SsResult OnState(SecureStream stream, in SsStateChange change)
    {
        if (change.State != SsState.ServerTxn)
            return SsResult.Continue;
        switch ($"{stream.GetMetadata("method")} {stream.GetMetadata("path")}")
        {
            case "GET /":
                stream.ServerAck();
                stream.SetMetadata("mime", "text/html; charset=utf-8");
                _answer = Encoding.UTF8.GetBytes(page);
                stream.RequestTransmit(_answer.Length);
                break;
            case "GET /gate":
                stream.ServerAck(204);
                gate.Wait(stream);
                break;
            case "POST /said":
                stream.ServerAck(204);
                break;
        }

        return SsResult.Continue;
    }

    public override SsResult OnReceive(SecureStream stream, ReadOnlySpan<byte> payload, SsRxFlags flags)
    {
        gate.Said.Append(Encoding.UTF8.GetString(payload));
        if (flags.HasFlag(SsRxFlags.EndOfMessage))
        {
            stream.RequestTransmit(0);
            gate.Open();
        }

        return SsResult.Continue;
    }

    public override SsTransmitResult OnTransmit(SecureStream stream, scoped ref SsTransmit tx)
    {
        var count = Math.Min(tx.Buffer.Length, _answer.Length - _sent);
        _answer.AsSpan(_sent, count).CopyTo(tx.Buffer);
        _sent += count;
        tx.Commit(count, SsTxFlags.None);
        if (_sent < _answer.Length)
            stream.RequestTransmit();
        return SsTransmitResult.Send;
    }
}
