using SecureStreams.Transports.Connections;

namespace SecureStreams.Transports.Raw;

/// <summary>Pieces straight into the buffer that leaves. Of the flags only <see cref="SsTxFlags.EndOfStream"/> means anything.</summary>
internal sealed class RawWriter(LinkOutput output) : TransportWriter
{
    private int _staged;
    private bool _endStaged;

    /// <inheritdoc/>
    public override bool IsWritable => output.IsReady;

    /// <inheritdoc/>
    public override bool MoreRoom => output.IsReady && !_endStaged && output.Room > 0;

    /// <inheritdoc/>
    public override long Queued => output.Queued;

    /// <inheritdoc/>
    public override Span<byte> GetSpan()
    {
        if (!MoreRoom)
            return [];
        var piece = Math.Min(output.Room, LinkDefaults.PieceBytes);
        return output.GetSpan(piece)[..piece];
    }

    /// <inheritdoc/>
    public override void Advance(int bytes, SsTxFlags flags)
    {
        // A span may have been taken before the end of the stream was let go: then there is nowhere to put it.
        if (!output.IsReady || _endStaged)
            return;
        output.Advance(bytes);
        _staged += bytes;
        _endStaged = (flags & SsTxFlags.EndOfStream) != 0;
    }

    /// <inheritdoc/>
    public override long ReleaseOnMailbox()
    {
        var kept = _staged;
        _staged = 0;
        output.ReleaseOnMailbox();
        if (_endStaged && output.IsReady)
            output.EndOnMailbox();
        _endStaged = false;
        return kept;
    }

    /// <inheritdoc/>
    public override void RollbackOnMailbox()
    {
        _staged = 0;
        _endStaged = false;
        output.RollbackOnMailbox();
    }

    /// <inheritdoc/>
    public override bool FlushOnMailbox() => output.FlushOnMailbox();
}
