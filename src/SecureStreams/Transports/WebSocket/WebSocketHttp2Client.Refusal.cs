using System.Buffers;

namespace SecureStreams.Transports.WebSocket;

/// <remarks>The peer answers with a refusal, whose text is kept for operators.</remarks>
internal sealed partial class WebSocketHttp2Client
{
    /// <summary>Reads what the peer says, within bounds of size and time.</summary>
    private async Task<TransportException> RefusedAsync(HttpResponseMessage answer, TransportFailure refusal, CancellationToken cancellationToken)
    {
        var secrets = Http.HttpSecrets.Of(Plan.Http, answer.RequestMessage);
        var line = Http.HttpPeerText.StatusLine(answer, secrets);
        var said = new ArrayBufferWriter<byte>();
        using (await _entry)
        {
            cancellationToken.ThrowIfCancellationRequested();
            refusal = refusal with { Endpoint = EndpointOnMailbox };
            EndWithinAttemptOnMailbox(WebSocketDefaults.RefusalTimeout, () => EndOnMailbox(Refusal()));
        }

        var piece = ArrayPool<byte>.Shared.Rent(Connections.LinkDefaults.PieceBytes);
        try
        {
            var stream = answer.Content.ReadAsStream(cancellationToken);
            while (said.WrittenCount < WebSocketDefaults.PeerTextBytes && await stream.ReadAsync(piece, cancellationToken).ConfigureAwait(false) is > 0 and var count)
            {
                using (await _entry)
                    said.Write(piece.AsSpan(0, Math.Min(count, WebSocketDefaults.PeerTextBytes - said.WrittenCount)));
            }
        }
        catch (Exception error) when (error is IOException or HttpRequestException)
        {
            // It says no more; that it refuses stands.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }

        return new TransportException(Refusal());

        TransportFailure Refusal() => refusal with { PeerText = Http.HttpPeerText.Of(line, refusal.PeerText, said.WrittenMemory, secrets) };
    }
}
