namespace SecureStreams.Transports.Http;

/// <summary>A request that is told of the connection being made for it. Called from any thread, and possibly after the request has ended: another connection may have served it.</summary>
internal interface IHttpDialObserver
{
    /// <summary>A connection is being made for this request.</summary>
    void DialBegan();

    /// <summary>It was made, or not.</summary>
    void DialEnded();
}
