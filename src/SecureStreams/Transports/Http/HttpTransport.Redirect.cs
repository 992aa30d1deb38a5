namespace SecureStreams.Transports.Http;

internal sealed partial class HttpTransport
{
    private string? _statusLine;

    /// <summary>Whether a response is not the end of the matter: a redirect, "come back later", a protocol switch nobody asked for.</summary>
    private bool IsDetour(HttpResponseMessage response)
    {
        var status = (int)response.StatusCode;
        return status == 101 || (status == 417 && IsExpecting) || ((HttpNames.IsRedirect(status) || HttpNames.IsBusy(status)) && status != _plan.Http.Expect);
    }

    /// <summary>Follows redirects until there is a response to deliver; everything else is thrown as its cause. Disposes <paramref name="response"/>.</summary>
    private async Task<HttpResponseMessage> DetourAsync(HttpResponseMessage response)
    {
        do
        {
            var status = (int)response.StatusCode;
            if (HttpNames.IsBusy(status))
            {
                var busy = await BusyAsync(response).ConfigureAwait(false);
                await TellUserStateAsync(status).ConfigureAwait(false);
                throw new TransportException(busy);
            }

            if (status == 417 && IsExpecting)
            {
                response = await SendUnexpectingAsync(response).ConfigureAwait(false);
                continue;
            }

            if (status == 101)
            {
                response.Dispose();
                throw new TransportException(new TransportFailure(SsPhase.Protocol, SsCauseCode.ProtocolError, "The peer switched protocols, and nobody asked it to.") { Status = status });
            }

            var refusal = HttpRedirect.Resolve(_plan, _target!.Uri, status, HttpResponseValues.Find(response.Headers, "Location"), _hops, out var next);
            var said = await DrainAsync(response, refusal is null ? 0 : HttpDefaults.PeerTextBytes).ConfigureAwait(false);
            if (refusal is not null)
            {
                ReturnDrainedLane();
                await TellUserStateAsync(status).ConfigureAwait(false);
                throw new TransportException(refusal with { PeerText = PeerTextOf(response, refusal.PeerText, said) });
            }

            if (_body is { } body)
                await body.StopAsync().ConfigureAwait(false);
            ReturnLane(sound: true);

            TransportFailure? failure;
            using (await _entry)
                failure = _stopped ? _failure : HopOnMailbox(status, next!);
            if (failure is not null)
                throw new TransportException(failure);
            response = await SendAsync().ConfigureAwait(false);
            TakeCookies(response);
        }
        while (IsDetour(response));

        return response;
    }

    /// <summary>A status that ends the attempt may have a state too; one of a redirect that is followed is nobody's business.</summary>
    private async Task TellUserStateAsync(int status)
    {
        if (_plan.Http.ResponseMap.IsEmpty)
            return;
        using (await _entry)
        {
            if (!_stopped)
                TellUserStateOnMailbox(status);
        }
    }

    /// <summary>Makes ready for the next hop.</summary>
    private TransportFailure? HopOnMailbox(int status, Uri next)
    {
        var method = HttpRedirect.MethodAfter(_method, status);
        var bare = _body is not null && method != _method;
        ReportConnectionOnMailbox(status);
        if (_stopped)
            return _failure;
        _hops++;
        HttpLog.RedirectFollowed(_factory.Logger, _plan.Policy.Name, status, _hops);
        _strange |= !_target!.IsSameOrigin(next);
        _target = _plan.Follow(_target, next);
        _method = method;
        RenewWatchOnMailbox();
        if (bare || method == HttpMethod.Get)
        {
            _bare |= bare;
            _body = null;
        }

        if (_body is not null)
        {
            _body.ResetOnMailbox(_watch!.Token);
            _setup.Sink.RestartedOnMailbox(this, new TransportFailure(
                SsPhase.Peer, SsCauseCode.PeerRefused, $"The peer redirects the request with status {status}; its body is sent again from its start.")
            {
                Status = status,
                PeerText = _target.Display,
                Endpoint = _target.Display,
            });
            if (_stopped)
                return _failure;
        }

        return BuildOnMailbox(_bare);
    }

    private async Task<TransportFailure> BusyAsync(HttpResponseMessage response)
    {
        var status = (int)response.StatusCode;
        var wait = HttpRetryAfter.Read(response.Headers, _factory.Time.GetUtcNow());
        var said = await DrainAsync(response, HttpDefaults.PeerTextBytes).ConfigureAwait(false);
        ReturnDrainedLane();
        var text = wait is { } delay ? $"The peer asks to come back in {delay.TotalSeconds:0} s (status {status})." : $"The peer asks to come back later (status {status}).";
        return new TransportFailure(SsPhase.Peer, SsCauseCode.PeerBusy, text) { Status = status, RetryAfter = wait, PeerText = PeerTextOf(response, null, said) };
    }

    /// <summary>What operators are told of an answer that is no success.</summary>
    private string PeerTextOf(HttpResponseMessage response, string? place, ReadOnlyMemory<byte> said) =>
        _setup.HidesAnswer ? HttpPeerText.Status(response) : HttpPeerText.Of(_plan, response, place, said);

    private async Task<ReadOnlyMemory<byte>> DrainAsync(HttpResponseMessage response, int keep)
    {
        BeginDrain();
        return await HttpDrain.RunAsync(response, _setup.HidesAnswer ? 0 : keep, _watch!.Token).ConfigureAwait(false);
    }
}
