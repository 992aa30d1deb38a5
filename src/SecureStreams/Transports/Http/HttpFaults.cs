using System.Globalization;
using System.Net;
using SecureStreams.Network;

namespace SecureStreams.Transports.Http;

/// <summary>Stands before the platform's handler in a test that has answers given which no server gave.</summary>
internal sealed class HttpFaults(SsFaultInjector injector, string streamType, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (injector.Answer(streamType) is not { } answer)
            return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);

        // As a server does that reads the request before it answers: whoever sends a body is not cut off in the middle of it.
        if (request.Content is { } content)
            await content.CopyToAsync(Stream.Null, cancellationToken).ConfigureAwait(false);
        var response = new HttpResponseMessage((HttpStatusCode)answer.Status)
        {
            Version = request.Version,
            RequestMessage = request,
            Content = new ByteArrayContent([]),
        };
        if (answer.Location is { } location)
            response.Headers.TryAddWithoutValidation("Location", location);
        if (answer.RetryAfterSeconds is { } seconds)
            response.Headers.TryAddWithoutValidation("Retry-After", seconds.ToString(CultureInfo.InvariantCulture));
        return response;
    }
}
