namespace SecureStreams.Transports.InMemory;

/// <summary>A piece of payload with its flags (<see cref="SsRxFlags"/> towards the stream, <see cref="SsTxFlags"/> from it).</summary>
internal sealed record InMemoryPiece(byte[] Payload, int Flags)
{
    public SsTxFlags TxFlags => (SsTxFlags)Flags;
}
