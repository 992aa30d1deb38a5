using System.Text;
using SecureStreams;

namespace QuickStart;

/// <summary>Greets whoever comes, over every protocol: in h1 and h2 the name is the end of the path, over ws it is in a message, over raw in a line.</summary>
internal sealed class Greeter(string protocol) : SecureStreamHandler
{
    private readonly StringBuilder _heard = new();
    private byte[] _greeting = [];

    public override SsResult OnState(SecureStream stream, in SsStateChange change)
    {
        // Of a WebSocket it is told too, before it is one; who says nothing then agrees to it.
        if (change.State == SsState.ServerTxn && stream.Traits.IsTransactional)
        {
            stream.ServerAck();
            stream.SetMetadata("mime", "text/plain");
            Greet(stream, stream.GetMetadata("path")!.Split('/')[^1]);
        }

        return SsResult.Continue;
    }

    public override SsResult OnReceive(SecureStream stream, ReadOnlySpan<byte> payload, SsRxFlags flags)
    {
        _heard.Append(Encoding.UTF8.GetString(payload));
        if (stream.Traits.HasMessages ? flags.HasFlag(SsRxFlags.EndOfMessage) : payload.EndsWith("\n"u8))
        {
            var name = _heard.ToString().TrimEnd();
            _heard.Clear();
            Greet(stream, name);
        }

        return SsResult.Continue;
    }

    public override SsTransmitResult OnTransmit(SecureStream stream, scoped ref SsTransmit tx)
    {
        _greeting.CopyTo(tx.Buffer);
        tx.Commit(_greeting.Length, SsTxFlags.WholeMessage);
        return SsTransmitResult.Send;
    }

    private void Greet(SecureStream stream, string name)
    {
        _greeting = Encoding.UTF8.GetBytes($"hello {name}, over {protocol}\n");
        stream.RequestTransmit(_greeting.Length);
    }
}
