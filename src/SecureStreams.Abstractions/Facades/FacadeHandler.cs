namespace SecureStreams;

/// <summary>Stands before a stream's handler once something of the stream is awaited.</summary>
/// <param name="facade">What is awaited.</param>
/// <param name="inner">The stream's handler.</param>
internal sealed class FacadeHandler(StreamFacade facade, SecureStreamHandler inner) : SecureStreamHandler
{
    public SecureStreamHandler Inner => inner;

    public override bool PermitsOverlap => inner.PermitsOverlap;

    public override SsResult OnState(SecureStream stream, in SsStateChange change) => facade.OnState(inner, change);

    public override SsResult OnReceive(SecureStream stream, ReadOnlySpan<byte> payload, SsRxFlags flags) => facade.OnReceive(inner, payload, flags);

    public override SsTransmitResult OnTransmit(SecureStream stream, scoped ref SsTransmit tx) => facade.OnTransmit(inner, ref tx);
}
