namespace SecureStreams.Transports.Http;

/// <summary>Asking the peer before a body is sent (RFC 9110 section 10.1.1).</summary>
internal sealed partial class HttpTransport
{
    private bool _expectationFailed;

    /// <summary>Whether the request asks: only where a body of more than nothing follows.</summary>
    private bool IsExpecting => _plan.ExpectsContinue && _body is not null && !_expectationFailed && (_announced != 0 || _body.Parts is not null);

    /// <summary>The peer does not know how to be asked: once more, without.</summary>
    private async Task<HttpResponseMessage> SendUnexpectingAsync(HttpResponseMessage refusal)
    {
        await DrainAsync(refusal, keep: 0).ConfigureAwait(false);
        await _body!.StopAsync().ConfigureAwait(false);
        ReturnLane(sound: false);
        TransportFailure? failure;
        using (await _entry)
        {
            failure = _failure;
            if (!_stopped)
            {
                _expectationFailed = true;
                RenewWatchOnMailbox();

                // The platform sends a small body even where the answer was a refusal.
                var wasPulled = _body.WasPulled;
                _body.ResetOnMailbox(_watch!.Token);
                if (wasPulled)
                {
                    _setup.Sink.RestartedOnMailbox(this, new TransportFailure(
                        SsPhase.Peer, SsCauseCode.PeerRefused, "The peer does not take Expect: 100-continue; the request is sent again without.") { Status = 417 });
                }

                failure = _stopped ? _failure : BuildOnMailbox(_bare);
            }
        }

        if (failure is not null)
            throw new TransportException(failure);
        var response = await SendAsync().ConfigureAwait(false);
        TakeCookies(response);
        return response;
    }
}
