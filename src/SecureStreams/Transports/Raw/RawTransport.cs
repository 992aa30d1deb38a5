using SecureStreams.Transports.Connections;

namespace SecureStreams.Transports.Raw;

/// <summary>Bytes as they are, over TCP, TLS or a Unix socket: no messages, each side ends by itself.</summary>
internal class RawTransport : LinkTransport
{
    private readonly RawWriter _writer;

    public RawTransport(LinkContext links, TransportSetup setup)
        : base(links, setup) => _writer = new RawWriter(Output);

    /// <inheritdoc/>
    public override TransportWriter Writer => _writer;

    /// <inheritdoc/>
    public override void FinishOnMailbox()
    {
        EndSendingOnMailbox();
        FinishWithinOnMailbox(ifSilent: null);
    }

    /// <inheritdoc/>
    protected override void OpenedOnMailbox()
    {
        ConnectedOnMailbox();
        if (!HasLetGo)
            WritableOnMailbox();
    }

    /// <inheritdoc/>
    protected override int ArrivedOnMailbox(Span<byte> bytes)
    {
        var used = 0;
        while (used < bytes.Length && MayDeliver)
        {
            var piece = Math.Min(bytes.Length - used, LinkDefaults.PieceBytes);
            Setup.Sink.ReceivedOnMailbox(this, bytes.Slice(used, piece), SsRxFlags.None);
            used += piece;
        }

        return used;
    }

    /// <inheritdoc/>
    protected override void PeerEndedOnMailbox() => Setup.Sink.ReceivedOnMailbox(this, default, SsRxFlags.PeerEndOfStream);

    /// <inheritdoc/>
    protected override void WritableOnMailbox()
    {
        if (_writer.IsWritable)
            Setup.Sink.WritableOnMailbox(this, due: false);
    }
}
