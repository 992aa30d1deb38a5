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
    /// <param name="response">The answer; null when all of it was told, its end included.</param>
    /// <param name="stream">Its body.</param>
    /// <param name="buffer">The buffer of the reads, while there is one.</param>
    /// <param name="left">How much of an announced body is left; negative where that is not known.</param>
    /// <param name="flags">What the next piece is marked with.</param>
    /// <param name="awaited">What is handed back.</param>
    private ValueTask<int> TakeAtOnceOnMailbox(
        ref HttpResponseMessage? response, Stream stream, ref byte[]? buffer, ref long left, ref SsRxFlags flags, out Awaited awaited)
    {
        awaited = Awaited.None;
        if (_answer is { Parts: not null } || _plan.MaxBodyBytes > 0 || left > HttpDefaults.SmallBodyBytes)
            return default;

        var token = _watch!.Token;
        var room = left > 0 ? HttpDefaults.SmallBodyBytes : HttpDefaults.PieceBytes;
        while (!_stopped && !_paused)
        {
            if (left == 0)
            {
                EndAtOnceOnMailbox(ref response, ref buffer, hasPieces: (flags & SsRxFlags.StartOfMessage) == 0);
                return default;
            }

            if (left < 0)
            {
                // Without a buffer until there is something to put in it.
                var ready = stream.ReadAsync(Memory<byte>.Empty, token);
                if (!ready.IsCompletedSuccessfully)
                {
                    Give(ref buffer);
                    awaited = Awaited.Arrival;
                    return ready;
                }

                ready.GetAwaiter().GetResult();
            }

            buffer ??= ArrayPool<byte>.Shared.Rent(room);
            var reading = stream.ReadAsync(buffer.AsMemory(0, room), token);
            if (!reading.IsCompletedSuccessfully)
            {
                awaited = Awaited.Bytes;
                return reading;
            }

            var read = reading.GetAwaiter().GetResult();
            if (read == 0)
            {
                EndAtOnceOnMailbox(ref response, ref buffer, hasPieces: (flags & SsRxFlags.StartOfMessage) == 0);
                return default;
            }

            if (left > 0)
                left -= read;
            Heard();
            ReceivedOnMailbox(buffer.AsSpan(0, read), flags);
            flags = SsRxFlags.None;
            if (read == room)
                return default; // More than a little: others shall have their turn.
        }

        return default;
    }

    private void EndAtOnceOnMailbox(ref HttpResponseMessage? response, ref byte[]? buffer, bool hasPieces)
    {
        if (hasPieces)
            ReceivedOnMailbox(default, SsRxFlags.EndOfMessage);
        Give(ref buffer);
        var trailers = _answer is null || _stopped ? null : response!.TrailingHeaders;
        var status = Release(ref response);
        if (trailers is not null)
            _answer!.PublishTrailersOnMailbox(trailers);
        DeliverEndOnMailbox(status);
    }
}
