using System.Buffers;
using SecureStreams.Codecs.WebSocket;
using SecureStreams.Codecs.WebSocket.Deflate;
using SecureStreams.Transports.Connections;

namespace SecureStreams.Transports.WebSocket;

/// <remarks>
/// Compressed messages come out of the inflater in pieces as long as others. A frame may hold many of them: when delivery is paused in between, the rest of the frame's payload is
/// held here, at most one read of it.
/// </remarks>
internal abstract partial class WebSocketConnection
{
    private WebSocketInflater? _inflater;
    private byte[]? _held;
    private int _heldAt;
    private int _heldEnd;
    private bool _inflating;
    private bool _isFirstPiece;
    private bool _keepsOne;

    /// <summary>Goes on with what is held, or begins with a payload.</summary>
    private void InflateOnMailbox(ReadOnlySpan<byte> payload)
    {
        var reader = _reader!;
        var isResumed = _inflating;
        if (!isResumed)
            _isFirstPiece |= reader.IsStart;
        _inflating = true;
        var source = isResumed ? _held.AsSpan(_heldAt, _heldEnd - _heldAt) : payload;
        var piece = ArrayPool<byte>.Shared.Rent(LinkDefaults.PieceBytes);
        try
        {
            while (_inflating && MayDeliver)
            {
                var status = _inflater!.Inflate(source, reader.IsEnd, piece.AsSpan(0, LinkDefaults.PieceBytes), out var consumed, out var written);
                source = source[consumed..];
                if (status is WebSocketInflateStatus.TooLarge or WebSocketInflateStatus.Invalid)
                {
                    _inflating = false;
                    FailOnMailbox(new WebSocketViolation(
                        status == WebSocketInflateStatus.TooLarge ? WebSocketCloseCodes.MessageTooBig : WebSocketCloseCodes.InvalidPayload,
                        $"a compressed message cannot be taken: {_inflater.Problem}"));
                    return;
                }

                _inflating = status == WebSocketInflateStatus.DestinationFull;
                var isEnd = status == WebSocketInflateStatus.EndOfMessage;
                if (written == 0 && !isEnd)
                    continue;
                var isStart = _isFirstPiece;
                _isFirstPiece = false;
                DeliverOnMailbox(piece.AsSpan(0, written), isStart, isEnd);
            }

            if (_inflating)
                Hold(source);
            else
                ReturnHeld();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }

    /// <summary>Keeps what is left for when delivery is resumed.</summary>
    private void Hold(ReadOnlySpan<byte> source)
    {
        if (HasLetGo)
        {
            ReturnHeld();
            return;
        }

        if (_held is null)
        {
            _held = ArrayPool<byte>.Shared.Rent(Math.Max(1, source.Length));
            source.CopyTo(_held);
            _heldEnd = source.Length;
        }

        _heldAt = _heldEnd - source.Length;
    }

    private void ReturnHeld()
    {
        if (_held is { } held)
            ArrayPool<byte>.Shared.Return(held);
        _held = null;
        _heldAt = _heldEnd = 0;
    }
}
