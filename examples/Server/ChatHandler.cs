using System.Text;
using SecureStreams;

namespace Server;

/// <summary>One who chats: what it says goes to the room, what is said there to it.</summary>
internal sealed class ChatHandler(Room room) : SecureStreamHandler
{
    private readonly List<byte> _said = [];
    private long _place = Math.Max(0, room.Count - 20);

    public override SsResult OnState(SecureStream stream, in SsStateChange change)
    {
        switch (change.State)
        {
            case SsState.ServerTxn when IsOfAnotherPage(stream):
                stream.ServerAck(403); // Before there is a connection: pages of others have no business here.
                break;
            case SsState.ServerUpgrade:
                room.Say($"{stream.Id} has come");
                break;
            case SsState.EventWaitCancelled:
                return SsResult.Disconnect; // The listener ends, and with it this.
            case SsState.Disconnected:
                room.Say($"{stream.Id} has gone");
                break;
        }

        return SsResult.Continue;
    }

    public override SsResult OnReceive(SecureStream stream, ReadOnlySpan<byte> payload, SsRxFlags flags)
    {
        // The policy says how long a message may be.
        _said.AddRange(payload);
        if (flags.HasFlag(SsRxFlags.EndOfMessage))
        {
            room.Say($"{stream.Id}: {Encoding.UTF8.GetString([.. _said])}");
            _said.Clear();
        }

        return SsResult.Continue;
    }

    public override SsTransmitResult OnTransmit(SecureStream stream, scoped ref SsTransmit tx)
    {
        if (!room.TryRead(ref _place, out var line))
            return SsTransmitResult.Nothing;
        line.CopyTo(tx.Buffer);
        tx.Commit(line.Length, SsTxFlags.WholeMessage | SsTxFlags.Text);
        stream.RequestTransmit(); // There may be more; if not, nothing is sent.
        return SsTransmitResult.Send;
    }

    private static bool IsOfAnotherPage(SecureStream stream) =>
        stream.GetMetadata("origin") is { } origin && (!Uri.TryCreate(origin, UriKind.Absolute, out var page) || page.Authority != stream.GetMetadata("host"));
}
