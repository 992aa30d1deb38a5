namespace SecureStreams.Tool.Running;

/// <summary>No <c>--data</c>: connect only; where the protocol wants a body none the less, it is empty.</summary>
internal sealed class NoBody : RequestBody
{
    private bool _ended;

    public override long? Length => null;

    public override void Request(SecureStream stream) => stream.Connect();

    public override bool TryRestart()
    {
        _ended = false;
        return true;
    }

    public override SsTransmitResult Fill(SecureStream stream, scoped ref SsTransmit tx)
    {
        if (_ended)
            return SsTransmitResult.Nothing;
        _ended = true;
        tx.Commit(0, SsTxFlags.WholeMessage);
        return SsTransmitResult.Send;
    }

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
