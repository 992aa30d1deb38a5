namespace SecureStreams.Transports.Http;

/// <summary>The cookies of the peer.</summary>
internal sealed partial class HttpTransport
{
    /// <summary>Adds those that are for this request. A Cookie header of the application's own stands alone.</summary>
    private void AddCookiesOnMailbox(HttpRequestMessage request)
    {
        if (_plan.KeepsCookies && !request.Headers.NonValidated.Contains("Cookie") && _factory.Cookies.HeaderFor(_target!.Uri, _target.UnixPath) is { } cookies)
            request.Headers.TryAddWithoutValidation("Cookie", cookies);
    }

    /// <summary>Takes those that an answer sets, whatever else becomes of it.</summary>
    private void TakeCookies(HttpResponseMessage response)
    {
        if (_plan.KeepsCookies)
            _factory.Cookies.Take(_target!.Uri, _target.UnixPath, response.Headers);
    }
}
