namespace SecureStreams.Transports;

/// <summary>The writer of a transport that sends nothing.</summary>
internal sealed class ClosedWriter : TransportWriter
{
    private ClosedWriter()
    {
    }

    public static ClosedWriter Instance { get; } = new();

    /// <inheritdoc/>
    public override bool IsWritable => false;

    /// <inheritdoc/>
    public override bool MoreRoom => false;

    /// <inheritdoc/>
    public override long Queued => 0;

    /// <inheritdoc/>
    public override Span<byte> GetSpan() => [];

    /// <inheritdoc/>
    public override void Advance(int bytes, SsTxFlags flags)
    {
        // There is no room, so there is nothing to take.
    }

    /// <inheritdoc/>
    public override long ReleaseOnMailbox() => 0;

    /// <inheritdoc/>
    public override void RollbackOnMailbox()
    {
        // Nothing is staged.
    }

    /// <inheritdoc/>
    public override bool FlushOnMailbox() => false;
}
