using System.Buffers;

namespace SecureStreams.Transports.Http;

/// <summary>Reading what of an answer was not there with its head.</summary>
internal sealed partial class HttpTransport
{
    private byte[]? _buffer;
    private long _left; // Of an announced body of HTTP/1.1; negative where that is not known.
    private long _due; // Of one that HttpBodyCheck judges.
    private HttpBodyEnd _end;
    private SsRxFlags _flags = SsRxFlags.StartOfMessage; // Of the next piece.

    /// <summary>Reads to the end, and tells it.</summary>
    /// <param name="early">What <see cref="TakeAtOnceOnMailbox"/> left to be waited for.</param>
    /// <param name="awaited">What that is.</param>
    private async Task ReadAsync(ValueTask<int> early, Awaited awaited)
    {
        var stream = _response!.Content.ReadAsStream(CancellationToken.None);
        var come = awaited == Awaited.None ? 0 : await early.ConfigureAwait(false);
        var total = 0L;
        var full = false;
        while (_response is not null && !Volatile.Read(ref _stopped))
        {
            var token = _watch!.Token;
            if (Volatile.Read(ref _paused) && awaited != Awaited.Bytes)
            {
                Give(ref _buffer);
                await ResumedAsync().ConfigureAwait(false);
                continue;
            }

            if (!full && awaited == Awaited.None && _left is < 0 or > HttpDefaults.SmallBodyBytes)
            {
                // Without a buffer until there is something to put in it. After a full piece more is nearly always there already.
                var ready = stream.ReadAsync(Memory<byte>.Empty, token);
                if (!ready.IsCompleted)
                    Give(ref _buffer);
                await ready.ConfigureAwait(false);
                if (Volatile.Read(ref _paused))
                    continue;
            }

            var room = _left is > 0 and <= HttpDefaults.SmallBodyBytes ? HttpDefaults.SmallBodyBytes : HttpDefaults.PieceBytes;
            if (awaited != Awaited.Bytes && _buffer?.Length < room)
                Give(ref _buffer);
            _buffer ??= ArrayPool<byte>.Shared.Rent(room);
            var read = awaited == Awaited.Bytes ? come : _left == 0 ? 0 : await stream.ReadAsync(_buffer.AsMemory(0, room), token).ConfigureAwait(false);
            awaited = Awaited.None;
            if (_left > 0)
                _left -= read;
            if (read > 0)
                Heard();
            if (HttpBodyCheck.Take(_end, ref _due, read, Lane) is { } misfit)
                throw new TransportException(misfit);
            total += read;
            if (total > _plan.MaxBodyBytes && _plan.MaxBodyBytes > 0)
                throw new TransportException(HttpFailures.TooLarge(_plan, announced: null));
            full = read == HttpDefaults.PieceBytes;
            if (read == 0 && (_flags & SsRxFlags.StartOfMessage) == 0)
                _flags = SsRxFlags.EndOfMessage;

            if (_answer is { Parts: not null })
                await DeliverPartsAsync(_buffer.AsMemory(0, read)).ConfigureAwait(false);
            else if (read > 0 || _flags == SsRxFlags.EndOfMessage)
                await DeliverPieceAsync(read).ConfigureAwait(false);

            if (_response is null)
                return;
            if (read == 0)
            {
                Give(ref _buffer);
                var trailers = _answer is null ? null : _response.TrailingHeaders;
                var status = ReleaseResponse();
                using (await _entry)
                {
                    EndPartsOnMailbox();
                    if (trailers is not null && !_stopped)
                        _answer!.PublishTrailersOnMailbox(trailers);
                    DeliverEndOnMailbox(status);
                }

                return;
            }
        }
    }

    /// <summary>Tells what was read, once reception is not paused; with the last byte of an announced body its end too, in one turn.</summary>
    private async ValueTask DeliverPieceAsync(int read)
    {
        while (true)
        {
            using (await _entry)
            {
                if (_stopped || !_paused)
                {
                    if (!_stopped)
                        ReceivedOnMailbox(_buffer.AsSpan(0, read), _flags);
                    if (_left == 0 && read > 0 && !_stopped && !_paused)
                    {
                        ReceivedOnMailbox(default, SsRxFlags.EndOfMessage);
                        Give(ref _buffer);
                        DeliverEndOnMailbox(ReleaseResponse());
                    }

                    _flags = SsRxFlags.None;
                    return;
                }
            }

            await ResumedAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Gives the response back, and with it a connection that another transaction may use, before its end is told.</summary>
    /// <returns>Its status.</returns>
    private int ReleaseResponse()
    {
        var response = _response!;
        _response = null;
        var status = (int)response.StatusCode;
        response.Dispose();
        ReturnDrainedLane();
        return status;
    }

    private static void Give(ref byte[]? buffer)
    {
        if (buffer is { } held)
        {
            buffer = null;
            ArrayPool<byte>.Shared.Return(held);
        }
    }
}
