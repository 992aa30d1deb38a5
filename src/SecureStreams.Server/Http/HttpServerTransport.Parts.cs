using System.Globalization;
using SecureStreams.Codecs.Multipart;
using SecureStreams.Transports;
using SecureStreams.Transports.Http;

namespace SecureStreams.Server.Http;

/// <summary>A request of several parts, delivered part by part: each is a message, and its headers count for declared metadata while it lasts.</summary>
internal sealed partial class HttpServerTransport
{
    private const int BadRequest = 400;
    private const int TooLarge = 413;

    private MultipartReader? _parts;
    private int _partCount;
    private SsRxFlags _partFlags;

    /// <summary>Makes ready for parts, where the policy asks for them and the request has some.</summary>
    private void BeginPartsOnMailbox()
    {
        if (!_plan.TakesPartsApart || (!_exchange.HasBody && _exchange.Request.Headers.ContentLength != 0))
            return;
        var type = _exchange.Request.Headers.ContentType.ToString();
        if (!MultipartContentType.IsMultipart(type))
            return;
        if (MultipartContentType.TryReadBoundary(type, out var boundary))
            _parts = new MultipartReader(boundary, HttpDefaults.PartHeaderBytes);
        else
            RefuseOnMailbox("its Content-Type has no usable boundary");
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
                BeginPartOnMailbox(parts, isFirst);
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
                ReceivedOnMailbox(default, SsRxFlags.RelatedEnd);
                break;
            case MultipartToken.Malformed:
                RefuseOnMailbox(parts.Problem!);
                break;
        }

        return piece.Length - rest.Length;
    }

    /// <summary>The body has ended: so must its parts have.</summary>
    private void EndPartsOnMailbox()
    {
        if (_parts is { IsComplete: false } && !_ended)
            RefuseOnMailbox("it ends without its last boundary");
    }

    private void BeginPartOnMailbox(MultipartReader parts, bool isFirst)
    {
        if (++_partCount > HttpServerPlan.MaxParts)
        {
            _failStatus = TooLarge;
            EndOnMailbox(new TransportFailure(SsPhase.Payload, SsCauseCode.PayloadTooLarge,
                string.Create(CultureInfo.InvariantCulture, $"The client's multipart request has more than {HttpServerPlan.MaxParts} parts.")) { Attribute = "http_multipart_ss_in", Endpoint = EndpointOnMailbox });
            return;
        }

        if (isFirst)
            ReceivedOnMailbox(default, SsRxFlags.RelatedStart);
        if (!_ended)
            _received.PublishPartOnMailbox(parts);
        _partFlags = SsRxFlags.StartOfMessage;
    }

    private void ReceivedOnMailbox(ReadOnlySpan<byte> payload, SsRxFlags flags)
    {
        if (!_ended)
            _setup.Sink.ReceivedOnMailbox(this, payload, flags);
    }

    private void RefuseOnMailbox(string problem)
    {
        _failStatus = BadRequest;
        EndOnMailbox(new TransportFailure(SsPhase.Protocol, SsCauseCode.ProtocolError, $"The client's multipart request is malformed: {problem}.") { Attribute = "http_multipart_ss_in", Endpoint = EndpointOnMailbox });
    }
}
