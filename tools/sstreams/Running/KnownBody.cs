namespace SecureStreams.Tool.Running;

/// <summary>A body of known length that can be read again: text, or a file on disk. Attempts can be repeated.</summary>
internal sealed class KnownBody(Stream source, long length) : RequestBody
{
    private bool _ended;

    public override long? Length => length;

    public override bool IsDone => _ended;

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
            if (!TryRead(tx.Buffer, out var count))
                return SsTransmitResult.Disconnect;

            var flags = Sent == 0 ? SsTxFlags.StartOfMessage : SsTxFlags.None;
            Sent += count;
            _ended = Sent == length;
            tx.Commit(count, _ended ? flags | EndFlags : flags);
            if (_ended)
                Messages++;
        }
        while (!_ended && tx.MoreRoom);

        if (!_ended)
            stream.RequestTransmit();
        return SsTransmitResult.Send;
    }

    // A disk answers soon enough to be read on the mailbox.
    private bool TryRead(Span<byte> room, out int count)
    {
        count = 0;
        try
        {
            var wanted = (int)Math.Min(room.Length, length - Sent);
            count = source.Read(room[..wanted]);
            if (count == 0 && wanted > 0)
                Problem = $"the data ended after {Sent} of {length} bytes; the file became shorter";
            return count > 0 || wanted == 0;
        }
        catch (Exception error) when (InputFile.IsUnreadable(error))
        {
            Problem = $"the data cannot be read: {error.Message}";
            return false;
        }
    }

    public override ValueTask DisposeAsync() => source.DisposeAsync();
}
