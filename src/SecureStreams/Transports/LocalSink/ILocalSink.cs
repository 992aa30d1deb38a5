namespace SecureStreams.Transports.LocalSink;

/// <summary>Takes the connections of one streamtype.</summary>
internal interface ILocalSink
{
    /// <summary>Offers a connection; accepting or refusing it never happens inside this call.</summary>
    void Offer(LocalSinkLink link);
}
