using System.Text;

namespace SecureStreams.Abstractions.Tests.Facades;

/// <summary>Sends one message in the given pieces, one a callback; records what it is given.</summary>
internal sealed class PieceHandler(params string[] pieces) : SecureStreamHandler
{
    public int Calls { get; private set; }

    public List<string> Received { get; } = [];

    public List<SsState> States { get; } = [];

    public override SsResult OnState(SecureStream stream, in SsStateChange change)
    {
        States.Add(change.State);
        return SsResult.Continue;
    }

    public override SsResult OnReceive(SecureStream stream, ReadOnlySpan<byte> payload, SsRxFlags flags)
    {
        Received.Add($"{Encoding.ASCII.GetString(payload)} {flags}");
        return SsResult.Continue;
    }

    public override SsTransmitResult OnTransmit(SecureStream stream, scoped ref SsTransmit tx)
    {
        var index = Calls++;
        if (index >= pieces.Length)
            return SsTransmitResult.Nothing;
        var flags = (index == 0 ? SsTxFlags.StartOfMessage : SsTxFlags.None) | (index == pieces.Length - 1 ? SsTxFlags.EndOfMessage : SsTxFlags.None);
        tx.Commit(Encoding.ASCII.GetBytes(pieces[index], tx.Buffer), flags);
        if (index < pieces.Length - 1)
            stream.RequestTransmit();
        return SsTransmitResult.Send;
    }
}
