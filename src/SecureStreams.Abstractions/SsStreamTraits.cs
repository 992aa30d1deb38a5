namespace SecureStreams;

/// <summary>What a stream's protocol and policy make of it, for code that serves any protocol. Limits are in bytes.</summary>
public readonly record struct SsStreamTraits
{
    /// <summary>Whether payload comes in messages (h1, h2, h3, ws, mqtt, local sinks), so that message flags mean something. Raw streams have none.</summary>
    public required bool HasMessages { get; init; }

    /// <summary>Whether a connection carries one request and its answer (h1, h2, h3). Others last.</summary>
    public required bool IsTransactional { get; init; }

    /// <summary>
    /// Whether its transactions carry what is sent: a request every method but GET and HEAD, unless <c>long_poll</c> makes it end with its head (h2, h3); an answer always. False
    /// where there are no transactions.
    /// </summary>
    public required bool TakesBody { get; init; }

    /// <summary>Whether the peer acknowledges or refuses what is sent: <see cref="SsState.QosAckRemote"/> or <see cref="SsState.QosNackRemote"/> follows each message.</summary>
    public required bool Acknowledges { get; init; }

    /// <summary>Whether <see cref="SsTxFlags.EndOfStream"/> ends this side while the other goes on (raw).</summary>
    public required bool CanHalfClose { get; init; }

    /// <summary>With this many bytes waiting for the application, whoever queues them pauses reception (<c>rx_watermark_high</c>).</summary>
    public required int ReceiveWatermarkHigh { get; init; }

    /// <summary>With no more than this waiting, reception goes on (<c>rx_watermark_low</c>).</summary>
    public required int ReceiveWatermarkLow { get; init; }

    /// <summary>With this many bytes waiting for the peer, the application is not asked for more (<c>tx_watermark_high</c>).</summary>
    public required int TransmitWatermarkHigh { get; init; }
}
