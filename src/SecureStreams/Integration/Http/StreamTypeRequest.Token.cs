using SecureStreams.Policy;
using SecureStreams.Tokens;
using SecureStreams.Transports;
using SecureStreams.Transports.Http;

namespace SecureStreams.Integration.Http;

/// <summary>A request's dealings with a token that is fetched, which are those of a stream.</summary>
internal sealed partial class StreamTypeRequest
{
    private TokenScheme? _scheme;
    private long _token;
    private long _refusedToken;

    /// <summary>Waits until the token is there that the streamtype needs, if it needs one that is fetched; as long as an attempt may take.</summary>
    /// <returns>Why there is none, or null.</returns>
    private async ValueTask<TransportFailure?> TokenAsync(StreamTypePolicy policy, CancellationToken cancellationToken)
    {
        _scheme = _runtime.Tokens?.Of(policy);
        if (_scheme is not { } scheme)
            return null;
        var time = _runtime.Platform.Time;
        var since = time.GetTimestamp();
        while (true)
        {
            var wait = new TokenWait();
            var look = scheme.Look(wait, _refusedToken);
            if (look.Stand != TokenStand.Awaited)
            {
                _token = look.Serial;
                return look.Failure;
            }

            var left = policy.ConnectTimeout - time.GetElapsedTime(since);
            try
            {
                if (left > TimeSpan.Zero)
                    await wait.Settled.WaitAsync(left, time, cancellationToken).ConfigureAwait(false);
                else
                    return TokenFailures.WaitedInVain(scheme.Settings, policy, scheme.LastFailure);
            }
            catch (TimeoutException)
            {
                return TokenFailures.WaitedInVain(scheme.Settings, policy, scheme.LastFailure);
            }
            finally
            {
                scheme.Forget(wait);
            }
        }
    }

    /// <summary>What the answer says of the token.</summary>
    /// <returns>Whether the request is to be made once more, with another token.</returns>
    private bool IsTokenRefused(RequestHop hop, AttemptMessage message, HttpResponseMessage response)
    {
        if (_scheme is not { } scheme || hop.IsStrange)
            return false;
        if ((int)response.StatusCode != 401)
        {
            scheme.Accepted(_token);
            return false;
        }

        if (!HttpChallenge.IsAboutToken(response) || !scheme.Refused(_token) || _refusedToken != 0)
            return false;

        // Who is not let in has not been served: sending it again does nothing twice, if it is there to be sent again.
        if (message.Content is ForwardedContent { HasBegun: true } && !ForwardedContent.IsReplayable(request.Content))
            return false;
        _refusedToken = _token;
        return true;
    }
}
