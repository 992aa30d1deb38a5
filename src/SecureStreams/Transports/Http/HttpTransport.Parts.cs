using SecureStreams.Codecs.Multipart;

namespace SecureStreams.Transports.Http;

/// <summary>An answer of several parts, delivered part by part: each is a message, and its headers count for declared metadata while it lasts.</summary>
internal sealed partial class HttpTransport
{
    private MultipartReader? _parts;
    private SsRxFlags _partFlags;
    private string?[]? _headValues;

    /// <summary>Makes ready to take the answer apart, where the policy says so and it has parts.</summary>
    private void BeginPartsOnMailbox(HttpResponseMessage response)
    {
        _parts = null;
        if (!_plan.TakesPartsApart || HttpResponseValues.Find(response.Content.Headers, "Content-Type") is not { } type || !MultipartContentType.IsMultipart(type))
            return;
        if (MultipartContentType.TryReadBoundary(type, out var boundary))
            _parts = new MultipartReader(boundary, HttpDefaults.PartHeaderBytes);
        else
            StopOnMailbox(MalformedParts("its Content-Type has no usable boundary"));
    }

    /// <summary>Delivers what a piece of the body holds; what is paused meanwhile goes on after it is resumed.</summary>
    private async ValueTask DeliverPartsAsync(ReadOnlyMemory<byte> piece)
    {
        while (!piece.IsEmpty)
        {
            using (await _entry)
            {
                while (!piece.IsEmpty && !_stopped && !_paused)
                    piece = piece[DeliverPartOnMailbox(piece.Span)..];
                if (_stopped)
                    return;
            }

            if (!piece.IsEmpty)
                await ResumedAsync().ConfigureAwait(false);
        }
    }

    /// <summary>The body has ended: so must its parts have.</summary>
    private void EndPartsOnMailbox()
    {
        if (_parts is { IsComplete: false })
            StopOnMailbox(MalformedParts("it ends without its last boundary"));
    }

    /// <summary>Goes on to the next thing in the body.</summary>
    /// <returns>Bytes used.</returns>
    private int DeliverPartOnMailbox(ReadOnlySpan<byte> piece)
    {
        var parts = _parts!;
        var rest = piece;
        var isFirst = !parts.HasParts;
        switch (parts.Read(ref rest, out var data))
        {
            case MultipartToken.PartBegin:
                if (isFirst)
                    ReceivedOnMailbox(default, SsRxFlags.RelatedStart);
                if (!_stopped)
                    HttpResponseValues.PublishPartOnMailbox(_plan, _setup.Metadata, _headValues, parts);
                _partFlags = SsRxFlags.StartOfMessage;
                break;
            case MultipartToken.Data:
                ReceivedOnMailbox(data, _partFlags);
                _partFlags = SsRxFlags.None;
                break;
            case MultipartToken.PartEnd:
                ReceivedOnMailbox(default, _partFlags | SsRxFlags.EndOfMessage);
                break;
            case MultipartToken.LastPartEnd:
                ReceivedOnMailbox(default, _partFlags | SsRxFlags.EndOfMessage | SsRxFlags.RelatedEnd);
                break;
            case MultipartToken.Empty:
                ReceivedOnMailbox(default, SsRxFlags.RelatedStart);
                if (!_stopped)
                    ReceivedOnMailbox(default, SsRxFlags.RelatedEnd);
                break;
            case MultipartToken.Malformed:
                StopOnMailbox(MalformedParts(parts.Problem!));
                break;
        }

        return piece.Length - rest.Length;
    }

    private static TransportFailure MalformedParts(string problem) =>
        new(SsPhase.Protocol, SsCauseCode.ProtocolError, $"The peer's multipart answer is malformed: {problem}.") { Attribute = "http_multipart_ss_in" };
}
