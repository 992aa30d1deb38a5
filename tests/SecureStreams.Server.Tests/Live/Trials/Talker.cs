namespace SecureStreams.Server.Tests.Live.Trials;

/// <summary>Sends sixteen bytes when it is asked to, and whenever it has connected; counts what comes back and what it is told.</summary>
internal sealed class Talker : SecureStreamHandler
{
    private static readonly byte[] Payload = new byte[16];
    private int _received;
    private int _disconnects;
    private int _acks;

    public int Received => Volatile.Read(ref _received);

    public int Acks => Volatile.Read(ref _acks);

    /// <summary>Ends that were none of its own: those of transactions left out.</summary>
    public int Troubles => Volatile.Read(ref _disconnects);

    public override SsResult OnState(SecureStream stream, in SsStateChange change)
    {
        if (change.State == SsState.Connected && !stream.Traits.IsTransactional)
            stream.RequestTransmit();
        if (change.State == SsState.QosAckRemote)
            Interlocked.Increment(ref _acks);
        if (change.State is SsState.Disconnected or SsState.Unreachable && change.Cause.Code != SsCauseCode.Completed)
            Interlocked.Increment(ref _disconnects);
        return SsResult.Continue;
    }

    public override SsResult OnReceive(SecureStream stream, ReadOnlySpan<byte> payload, SsRxFlags flags)
    {
        Interlocked.Add(ref _received, payload.Length);
        return SsResult.Continue;
    }

    public override SsTransmitResult OnTransmit(SecureStream stream, scoped ref SsTransmit tx)
    {
        Payload.CopyTo(tx.Buffer);
        tx.Commit(Payload.Length, stream.Traits.HasMessages ? SsTxFlags.WholeMessage : SsTxFlags.None);
        return SsTransmitResult.Send;
    }
}
