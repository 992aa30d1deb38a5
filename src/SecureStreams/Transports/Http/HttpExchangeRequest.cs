using System.Diagnostics;

namespace SecureStreams.Transports.Http;

/// <summary>A request that knows its transport, so that time spent dialing for it is told from time spent waiting for the peer's answer.</summary>
internal sealed class HttpExchangeRequest(HttpMethod method, Uri uri, HttpTransport transport) : HttpRequestMessage(method, uri)
{
    /// <summary>The activity of the attempt; null when nobody traces it.</summary>
    public Activity? Activity => transport.Activity;

    public void DialBegan() => transport.DialBegan();

    public void DialEnded() => transport.DialEnded();
}
