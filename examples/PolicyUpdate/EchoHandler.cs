using System.Text;
using SecureStreams;

namespace PolicyUpdate;

/// <summary>Sends back each message, or the body of its one request.</summary>
/// <param name="seen">Told each.</param>
internal sealed class EchoHandler(Action<string> seen) : SecureStreamHandler
{
    private readonly Queue<byte[]> _answers = new();
    private readonly List<byte> _message = [];

    public override SsResult OnState(SecureStream stream, in SsStateChange change) =>
        change.State == SsState.EventWaitCancelled ? SsResult.Disconnect : SsResult.Continue; // The listener ends, and with it this.

    public override SsResult OnReceive(SecureStream stream, ReadOnlySpan<byte> payload, SsRxFlags flags)
    {
        _message.AddRange(payload);
        if (!flags.HasFlag(SsRxFlags.EndOfMessage))
            return SsResult.Continue;
        seen(Encoding.UTF8.GetString([.. _message]));
        _answers.Enqueue([.. _message]);
        _message.Clear();
        if (stream.StreamType.StartsWith("reading", StringComparison.Ordinal))
        {
            stream.ServerAck();
            stream.RequestTransmit(_answers.Peek().Length);
        }
        else
        {
            stream.RequestTransmit();
        }

        return SsResult.Continue;
    }

    public override SsTransmitResult OnTransmit(SecureStream stream, scoped ref SsTransmit tx)
    {
        if (!_answers.TryDequeue(out var answer))
            return SsTransmitResult.Nothing;
        answer.CopyTo(tx.Buffer);
        tx.Commit(answer.Length, SsTxFlags.WholeMessage);
        if (_answers.Count > 0)
            stream.RequestTransmit();
        return SsTransmitResult.Send;
    }
}
