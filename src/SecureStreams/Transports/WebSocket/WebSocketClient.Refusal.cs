using System.Buffers;
using SecureStreams.Codecs.Http;
using SecureStreams.Network;
using SecureStreams.Transports.Http;

namespace SecureStreams.Transports.WebSocket;

/// <remarks>The peer answers with something else than an upgrade: a redirect that is followed, or a refusal whose text is kept for operators.</remarks>
internal sealed partial class WebSocketClient
{
    /// <inheritdoc/>
    protected override TransportFailure? Verdict =>
        _refusal is { } refusal && _said is { } said ? refusal with { PeerText = HttpPeerText.Of(_statusLine!, refusal.PeerText, said.WrittenMemory, _secrets) } : null;

    private void NotUpgradedOnMailbox(HttpHead head, int status)
    {
        if (HttpNames.IsRedirect(status))
        {
            var refusal = HttpRedirect.Resolve(Plan.Http, _target!.Uri, status, WebSocketTarget.AsHttp(head.Find("Location")), _hops, out var next);
            if (refusal is null)
            {
                FollowOnMailbox(next!);
                return;
            }

            _refusal = refusal with { Endpoint = EndpointOnMailbox };
        }
        else
        {
            _refusal = WebSocketRefusals.Of(status, head.Find("Retry-After"), head.Find("Date"), Links.Time.GetUtcNow()) with { Endpoint = EndpointOnMailbox };
        }

        _body = new HttpBodyReader(HttpBodyLength.Of(head, status));
        _said = new ArrayBufferWriter<byte>();
        if (_body.IsOver)
            RefusedOnMailbox();
        else
            EndWithinAttemptOnMailbox(WebSocketDefaults.RefusalTimeout, RefusedOnMailbox);
    }

    private void FollowOnMailbox(Uri next)
    {
        _hops++;
        _strange |= !_target!.IsSameOrigin(next);
        _target = Plan.Http.Follow(_target, next);
        var failure = PrepareOnMailbox(Link, out var target);
        if (failure is null)
            RedialOnMailbox(target!);
        else
            EndOnMailbox(failure);
    }

    private void RefusalArrivedOnMailbox(ReadOnlySpan<byte> bytes)
    {
        while (_body!.Read(ref bytes) is { IsEmpty: false } text)
            _said!.Write(text[..Math.Min(text.Length, WebSocketDefaults.PeerTextBytes - _said!.WrittenCount)]);
        if (_body!.IsOver || _said!.WrittenCount == WebSocketDefaults.PeerTextBytes)
            RefusedOnMailbox();
    }

    private void RefusedOnMailbox() => EndOnMailbox(Verdict);
}
