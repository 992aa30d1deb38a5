namespace SecureStreams.Tool.Running;

/// <summary>A body of known length that can be read again: text, or a file on disk. Attempts can be repeated.</summary>
internal sealed class KnownBody(Stream source, long length) : RequestBody
{
    private bool _ended;

    public override long? Length => length;

    public override void Request(SecureStream stream) => stream.RequestTransmit(length);

    public override bool TryRestart()
    {
        source.Position = 0;
        Sent = 0;
        _ended = false;
        return true;
    }

    public override SsTransmitResult Fill(SecureStream stream, scoped ref SsTransmit tx)
    {
        if (_ended)
            return SsTransmitResult.Nothing;

        do
        {
            var room = tx.Buffer;
            var count = source.Read(room[..(int)Math.Min(room.Length, length - Sent)]);
            if (count == 0 && Sent < length)
            {
                Problem = $"the data ended after {Sent} of {length} bytes; the file became shorter";
                return SsTransmitResult.Disconnect;
            }

            var flags = Sent == 0 ? SsTxFlags.StartOfMessage : SsTxFlags.None;
            Sent += count;
            _ended = Sent == length;
            tx.Commit(count, _ended ? flags | SsTxFlags.EndOfMessage : flags);
        }
        while (!_ended && tx.MoreRoom);

        if (!_ended)
            stream.RequestTransmit();
        return SsTransmitResult.Send;
    }

    public override ValueTask DisposeAsync() => source.DisposeAsync();
}
