using SecureStreams.Codecs.Multipart;

namespace SecureStreams.Transports.Http;

/// <summary>An answer of several parts, delivered part by part: each is a message, and its headers count for declared metadata while it lasts.</summary>
internal sealed partial class HttpTransport
{
    private HttpAnswer? _answer;

    /// <summary>Makes ready for parts and trailers, where the policy and the answer make a use for it.</summary>
    private void BeginAnswerOnMailbox(HttpResponseMessage response, string?[]? declared, bool mayHaveTrailers)
    {
        if (!_plan.TakesPartsApart && !_plan.AllowsDirect && (declared is null || !mayHaveTrailers))
            return;
        _answer = new HttpAnswer(_plan, _setup.Metadata, declared);
        _answer.PublishAllOnMailbox(response);
        if (!_plan.TakesPartsApart || !HttpResponseValues.HasContent(_method, response) || HttpResponseValues.Find(response.Content.Headers, "Content-Type") is not { } type || !MultipartContentType.IsMultipart(type))
            return;
        if (MultipartContentType.TryReadBoundary(type, out var boundary))
            _answer.Parts = new MultipartReader(boundary, HttpDefaults.PartHeaderBytes);
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
        if (_answer?.Parts is { IsComplete: false })
            StopOnMailbox(MalformedParts("it ends without its last boundary"));
    }

    /// <summary>Goes on to the next thing in the body.</summary>
    /// <returns>Bytes used.</returns>
    private int DeliverPartOnMailbox(ReadOnlySpan<byte> piece)
    {
        var answer = _answer!;
        var parts = answer.Parts!;
        var rest = piece;
        var isFirst = !parts.HasParts;
        switch (parts.Read(ref rest, out var data))
        {
            case MultipartToken.PartBegin:
                if (isFirst)
                    ReceivedOnMailbox(default, SsRxFlags.RelatedStart);
                if (!_stopped)
                    answer.PublishPartOnMailbox();
                answer.PartFlags = SsRxFlags.StartOfMessage;
                break;
            case MultipartToken.Data:
                ReceivedOnMailbox(data, answer.PartFlags);
                answer.PartFlags = SsRxFlags.None;
                break;
            case MultipartToken.PartEnd:
                ReceivedOnMailbox(default, answer.PartFlags | SsRxFlags.EndOfMessage);
                break;
            case MultipartToken.LastPartEnd:
                ReceivedOnMailbox(default, answer.PartFlags | SsRxFlags.EndOfMessage | SsRxFlags.RelatedEnd);
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
