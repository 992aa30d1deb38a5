using System.Buffers;

namespace SecureStreams.Transports.Http;

internal sealed partial class HttpTransport
{
    /// <summary>What <see cref="TakeAtOnceOnMailbox"/> leaves to be waited for.</summary>
    private enum Awaited
    {
        /// <summary>Nothing: go on reading, if there is anything left to read.</summary>
        None,

        /// <summary>A read without a buffer, which says when there is something.</summary>
        Arrival,

        /// <summary>A read into the buffer.</summary>
        Bytes,
    }

    /// <summary>
    /// What of a body is there with its head is told in the head's turn: most answers are small, and all of such a one costs one turn on the mailbox. Reads here never
    /// wait; the first that would is handed back.
    /// </summary>
    /// <remarks>
    /// Where answers of the streamtype tend to be there at once, they are read into a small buffer without asking first; where one was not, asking comes first, since who waits for an answer that comes
    /// bit by bit shall hold no buffer.
    /// </remarks>
    /// <param name="stream">The body.</param>
    /// <param name="awaited">What is handed back.</param>
    private ValueTask<int> TakeAtOnceOnMailbox(Stream stream, out Awaited awaited)
    {
        awaited = Awaited.None;
        if (_answer is { Parts: not null } || _plan.MaxBodyBytes > 0 || _left > HttpDefaults.SmallBodyBytes)
            return default;

        var token = _watch!.Token;
        var asks = _left < 0 && !_plan.AnswersAtOnce;
        var room = asks ? HttpDefaults.PieceBytes : HttpDefaults.SmallBodyBytes;
        var total = 0;
        for (var pieces = 1; !_stopped && !_paused; pieces++)
        {
            if (_left == 0)
            {
                EndAtOnceOnMailbox();
                return default;
            }

            if (asks)
            {
                // Without a buffer until there is something to put in it.
                var ready = stream.ReadAsync(Memory<byte>.Empty, token);
                if (!ready.IsCompletedSuccessfully)
                {
                    Give(ref _buffer);
                    awaited = Awaited.Arrival;
                    return ready;
                }

                ready.GetAwaiter().GetResult();
            }

            _buffer ??= ArrayPool<byte>.Shared.Rent(room);
            var reading = stream.ReadAsync(_buffer.AsMemory(0, room), token);
            if (!reading.IsCompletedSuccessfully)
            {
                if (_left < 0)
                    _plan.AnswersAtOnce = false;
                awaited = Awaited.Bytes;
                return reading;
            }

            var read = reading.GetAwaiter().GetResult();
            if (HttpBodyCheck.Take(_end, ref _due, read, Lane) is { } misfit)
            {
                StopOnMailbox(misfit);
                return default;
            }

            if (read == 0)
            {
                if (asks)
                    _plan.AnswersAtOnce = true;
                EndAtOnceOnMailbox();
                return default;
            }

            if (_left > 0)
                _left -= read;
            Heard();
            var flags = _flags;
            _flags = SsRxFlags.None;
            ReceivedOnMailbox(_buffer.AsSpan(0, read), flags);
            total += read;
            if (total >= room || pieces == HttpDefaults.PiecesPerTurn)
                return default; // More than a little: others shall have their turn, also where there is always more.
        }

        return default;
    }

    private void EndAtOnceOnMailbox()
    {
        if ((_flags & SsRxFlags.StartOfMessage) == 0)
            ReceivedOnMailbox(default, SsRxFlags.EndOfMessage);
        Give(ref _buffer);
        var trailers = _answer is null || _stopped ? null : _response!.TrailingHeaders;
        var status = ReleaseResponse();
        if (trailers is not null)
            _answer!.PublishTrailersOnMailbox(trailers);
        DeliverEndOnMailbox(status);
    }
}
