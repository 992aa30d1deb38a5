using SecureStreams.Transports.Http.Signing;

namespace SecureStreams.Transports.Http;

internal sealed partial class HttpTransport
{
    // What the date of a refusal says of the two clocks.
    private string? _skew;

    /// <summary>Signs the request of the current hop, anew for each. Another origin than the policy's gets no signature: it would be good for nothing there.</summary>
    private TransportFailure? SignOnMailbox(HttpRequestMessage request)
    {
        // Multipart has its framing even around nothing.
        var hasBody = request.Content is HttpBody && (_announced != 0 || _body!.Parts is not null);
        return _strange ? null : HttpSigner.Sign(_plan.Signing!, _setup.Metadata, _factory.Blobs, request, _target!.Uri, hasBody, _factory.Time.GetUtcNow());
    }

    /// <summary>Looks at the clock of a peer that does not take the signature.</summary>
    private void CompareClocks(HttpResponseMessage response)
    {
        if (_plan.Signing is not null && (int)response.StatusCode is 400 or 401 or 403)
            _skew = HttpSigner.SkewOf(HttpResponseValues.Find(response.Headers, "Date"), _factory.Time.GetUtcNow());
    }
}
