using SecureStreams.TestSupport.Handlers;

namespace SecureStreams.Interop.Tests.WebSocket;

/// <summary>Sends messages one after the other, each in pieces as large as there is room or smaller, and collects those that come back.</summary>
internal sealed class MessageHandler : RecordingHandler
{
    private readonly IReadOnlyList<(byte[] Payload, bool IsText)> _messages;
    private readonly int _pieces;
    private int _message;
    private int _position;
    private bool _begun;

    /// <param name="messages">What to send.</param>
    /// <param name="pieces">The longest piece.</param>
    public MessageHandler(IReadOnlyList<(byte[] Payload, bool IsText)> messages, int pieces = int.MaxValue)
    {
        _messages = messages;
        _pieces = pieces;
        OnStateDo(SsState.Connected, static stream => stream.RequestTransmit());
        OnTransmitDo(Send);
    }

    /// <summary>The messages that came, whole, and whether each was text.</summary>
    public IReadOnlyList<(byte[] Payload, bool IsText)> ReceivedWhole
    {
        get
        {
            var messages = new List<(byte[], bool)>();
            var bytes = new List<byte>();
            foreach (var one in Events.Where(static one => one.Kind == RecordedKind.Receive))
            {
                bytes.AddRange(one.Payload.ToArray());
                if (!one.Flags.HasFlag(SsRxFlags.EndOfMessage))
                    continue;
                messages.Add(([.. bytes], one.Flags.HasFlag(SsRxFlags.Text)));
                bytes.Clear();
            }

            return messages;
        }
    }

    private SsTransmitResult Send(SecureStream stream, scoped ref SsTransmit tx)
    {
        if (_message == _messages.Count)
            return SsTransmitResult.Nothing;
        do
        {
            var (payload, isText) = _messages[_message];
            var count = Math.Min(Math.Min(payload.Length - _position, _pieces), tx.Buffer.Length);
            payload.AsSpan(_position, count).CopyTo(tx.Buffer);
            _position += count;
            var isEnd = _position == payload.Length;
            tx.Commit(count, (isText ? SsTxFlags.Text : SsTxFlags.Binary) | (_begun ? 0 : SsTxFlags.StartOfMessage) | (isEnd ? SsTxFlags.EndOfMessage : 0));
            _begun = !isEnd;
            if (!isEnd)
                continue;
            _message++;
            _position = 0;
        }
        while (_message < _messages.Count && tx.MoreRoom);

        if (_message < _messages.Count)
            stream.RequestTransmit();
        return SsTransmitResult.Send;
    }
}
