namespace SecureStreams.Transports.Http;

/// <summary>A token that was fetched for the request, and that the peer does not take.</summary>
internal sealed partial class HttpTransport
{
    /// <summary>Ends the exchange with its refusal as the cause, where the attempt can be made again with another token; else the answer stands as any other.</summary>
    private async Task CheckTokenAsync(HttpResponseMessage response)
    {
        if (_strange || _plan.Http.Expect == 401 || !HttpChallenge.IsAboutToken(response))
            return;
        using (await _entry)
        {
            if (_stopped || !_setup.Token!.RefusedOnMailbox(canRepeat: _body is not { WasPulled: true }))
                return;

            // From here on the application is not asked for what would be sent to nobody.
            _body?.AbortOnMailbox();
        }

        var said = await DrainAsync(response, HttpDefaults.PeerTextBytes).ConfigureAwait(false);
        ReturnDrainedLane();
        throw new TransportException(new TransportFailure(SsPhase.Peer, SsCauseCode.CredentialsRefused, "The peer does not take the token (status 401).")
        {
            Status = 401,
            Attribute = "use_auth",
            PeerText = PeerTextOf(response, null, said),
        });
    }
}
