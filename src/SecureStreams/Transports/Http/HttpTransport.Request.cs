namespace SecureStreams.Transports.Http;

internal sealed partial class HttpTransport
{
    /// <summary>Works out target and request of the first hop.</summary>
    private TransportFailure? PrepareOnMailbox()
    {
        if (_plan.MethodFailure is { } unusable)
            return unusable;
        if (_plan.Resolve(_setup.Metadata, out _target) is { } nowhere)
            return nowhere;

        TransportFailure? failure = null;
        var announced = _setup.TransmitLength;
        if (announced is null && !_plan.Headers.IsEmpty)
            failure = HttpRequestHeaders.Length(_plan, _setup.Metadata, out announced);
        if (failure is null)
        {
            _watch = _factory.RentWatch(this);
            HttpMultipart? parts = null;
            var hasBody = _plan.CarriesBody(_method, announced);
            if (hasBody && _plan.IsMultipart)
                failure = HttpMultipart.Create(_plan.Policy, _factory.FindPolicy, out parts);
            if (hasBody && failure is null)
                _body = new HttpBodyWriter(this, _setup.Mailbox, _setup.Sink, announced, _plan.Policy.TransmitWatermarkHigh, parts, _watch.Token);
            _announced = announced;
            failure ??= BuildOnMailbox(bare: false);
        }

        return failure is null ? null : failure with { Endpoint = _target!.Display };
    }

    /// <summary>Makes the request of the current hop.</summary>
    private TransportFailure? BuildOnMailbox(bool bare)
    {
        var request = new HttpRequestMessage(_method, _target!.Uri) { Version = _plan.Version, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        if (_setup.Activity is { } activity)
            request.Options.Set(HttpLane.Attempt, activity);
        if (_body is not null)
        {
            var framing = _body.Parts?.FramingBytes ?? 0;
            request.Content = new HttpBody(_body, _plan.Http.NoContentLength ? null : _announced + framing);
            if (_body.Parts is { } parts)
                request.Content.Headers.TryAddWithoutValidation("Content-Type", parts.ContentType);
        }

        if ((!_plan.Headers.IsEmpty || _plan.Http.FormUrlEncoded || _plan.AllowsDirect) && HttpRequestHeaders.Apply(_plan, _setup.Metadata, request, _strange, bare) is { } failure)
            return failure;
        if (!_plan.BlobHeaders.IsEmpty && HttpRequestHeaders.ApplyBlobs(_plan, _factory.Blobs, request, _strange) is { } withheld)
            return withheld;

        AddCookiesOnMailbox(request);
        if (IsExpecting)
            request.Headers.ExpectContinue = true;
        if (_plan.Signing is not null && SignOnMailbox(request) is { } unsigned)
            return unsigned;
        _request = request;
        BeginHead();
        return null;
    }
}
