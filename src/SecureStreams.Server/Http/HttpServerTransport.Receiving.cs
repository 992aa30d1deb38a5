using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using SecureStreams.Network;
using SecureStreams.Transports;
using SecureStreams.Transports.Connections;

namespace SecureStreams.Server.Http;

/// <summary>The body of the request: read as fast as it is taken, so that what is not taken slows the client.</summary>
internal sealed partial class HttpServerTransport
{
    private bool _started;

    /// <returns>Why it ended early, or null when it has come whole, or nobody wants it any more.</returns>
    private async Task<TransportFailure?> ReceiveAsync()
    {
        if (!_exchange.HasBody)
        {
            // A body of length 0 was announced, or the method is about its body, whose end the application waits for: clients may leave the announcement out.
            if (_exchange.Request.Headers.ContentLength == 0 || _exchange.Request.Method is "POST" or "PUT" or "PATCH")
            {
                using (await _entry)
                    DeliverOnMailbox(default, isLast: true);
            }

            return null;
        }

        try
        {
            while (!_ended)
            {
                if (Volatile.Read(ref _paused))
                {
                    await WokenAsync().ConfigureAwait(false);
                    continue;
                }

                var read = await _exchange.Body.ReadAsync(CancellationToken.None).ConfigureAwait(false);
                if (read.IsCanceled)
                {
                    _exchange.Body.AdvanceTo(read.Buffer.Start);
                    return null;
                }

                var consumed = await DeliverAsync(read).ConfigureAwait(false);
                _exchange.Body.AdvanceTo(consumed);
                if (read.IsCompleted && consumed.Equals(read.Buffer.End))
                    return null;
            }

            return null;
        }
        catch (Exception error)
        {
            return Explain(error);
        }
    }

    private async ValueTask<SequencePosition> DeliverAsync(ReadResult read)
    {
        var rest = read.Buffer;
        do
        {
            using (await _entry)
            {
                while (!_ended && !_paused)
                {
                    var piece = FirstPiece(rest);
                    var isLast = read.IsCompleted && piece.Length == rest.Length;
                    if (piece.IsEmpty && !isLast)
                        break;
                    rest = rest.Slice(DeliverOnMailbox(piece, isLast));
                    if (rest.IsEmpty)
                        return rest.Start;
                }
            }

            if (!_ended)
                await WokenAsync().ConfigureAwait(false);
        }
        while (!_ended && (!rest.IsEmpty || read.IsCompleted)); // The end is delivered too, and not to a stream that has paused.
        return rest.Start;
    }

    /// <summary>A sequence may begin with segments in which nothing is left.</summary>
    private static ReadOnlySpan<byte> FirstPiece(in ReadOnlySequence<byte> bytes)
    {
        foreach (var segment in bytes)
        {
            if (!segment.IsEmpty)
                return segment.Span[..Math.Min(segment.Length, LinkDefaults.PieceBytes)];
        }

        return default;
    }

    /// <returns>Bytes used.</returns>
    private int DeliverOnMailbox(ReadOnlySpan<byte> piece, bool isLast)
    {
        if (isLast)
            _received.PublishTrailersOnMailbox();
        if (_parts is not null)
        {
            var used = piece.IsEmpty ? 0 : DeliverPartOnMailbox(piece);
            if (isLast && used == piece.Length)
                EndPartsOnMailbox();
            return used;
        }

        var flags = (_started ? SsRxFlags.None : SsRxFlags.StartOfMessage) | (isLast ? SsRxFlags.EndOfMessage : SsRxFlags.None);
        _started = true;
        ReceivedOnMailbox(piece, flags);
        return piece.Length;
    }

    private async ValueTask WokenAsync()
    {
        using (await _entry)
        {
            if (_ended || !_paused)
                return;
            _waiting = true;
        }

        await _wake.WaitAsync().ConfigureAwait(false);
    }

    private TransportFailure Explain(Exception error)
    {
        switch (error)
        {
            case TransportException known:
                return known.Failure with { Endpoint = EndpointOnMailbox };
            case BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } tooLarge:
                _failStatus = tooLarge.StatusCode;
                return new TransportFailure(SsPhase.Payload, SsCauseCode.PayloadTooLarge, _plan.MaxBodyBytes is { } most
                    ? $"The client's body is longer than max_body_bytes, {most}, allows."
                    : "The client's body is longer than the web application allows, whose limit counts where max_body_bytes is not stated.")
                {
                    Attribute = "max_body_bytes", Endpoint = EndpointOnMailbox, Error = error,
                };
            case BadHttpRequestException { Message: var text } when text.Contains("end of request content", StringComparison.OrdinalIgnoreCase):
                return new TransportFailure(SsPhase.Payload, SsCauseCode.PayloadTruncated, "The client closed the connection before the body that it announced was complete.") { Endpoint = EndpointOnMailbox, Error = error };
            case BadHttpRequestException { StatusCode: StatusCodes.Status408RequestTimeout } slow:
                _failStatus = slow.StatusCode;
                return TooSlow(slow);
            case BadHttpRequestException bad:
                _failStatus = bad.StatusCode;
                return new TransportFailure(SsPhase.Protocol, SsCauseCode.ProtocolError,
                    $"The client's request cannot be read on: {OperatorText.Clean(bad.Message)}") { Endpoint = EndpointOnMailbox, Error = error };
            case ConnectionAbortedException or ConnectionResetException or OperationCanceledException:
                return GivenUp("The client ended the connection, or gave the request up, before it was complete.", error);
            default:
                return NetworkErrors.FromException(error, "reading the request") with { Endpoint = EndpointOnMailbox };
        }
    }

    private TransportFailure TooSlow(Exception? error) => new(SsPhase.Timeout, SsCauseCode.InactivityTimeout, "The client sends the body of its request more slowly than min_rx_rate allows.")
    {
        Attribute = "min_rx_rate", Endpoint = EndpointOnMailbox, Error = error,
    };

    /// <summary>The request has gone: by the client, unless it is said that the web server lost patience with it. It says so in words alone.</summary>
    private TransportFailure GivenUp(string message, Exception? error) => _exchange.Connection?.AbortReason switch
    {
        { } why when why.Contains("MinRequestBodyDataRate", StringComparison.Ordinal) => TooSlow(error),
        { } why when why.Contains("minimum data rate", StringComparison.OrdinalIgnoreCase) => new TransportFailure(SsPhase.Timeout, SsCauseCode.InactivityTimeout, "The client takes the answer more slowly than min_tx_rate allows.")
        {
            Attribute = "min_tx_rate", Endpoint = EndpointOnMailbox, Error = error,
        },
        _ when _exchange.Connection?.Grievance is { } grievance => grievance with { Endpoint = EndpointOnMailbox },
        _ => new TransportFailure(SsPhase.Peer, SsCauseCode.ConnectionReset, message) { Endpoint = EndpointOnMailbox, Error = error },
    };
}
