namespace SecureStreams.Transports.Mqtt;

/// <summary>A piece of a message that waits for its stream.</summary>
/// <param name="Buffer">The bytes, of the shared pool; null for none.</param>
/// <param name="Bytes">How many.</param>
/// <param name="Flags">Where it stands in its message.</param>
internal readonly record struct MqttPiece(byte[]? Buffer, int Bytes, SsRxFlags Flags)
{
    /// <summary>Of the first piece: what goes into the stream's metadata with the message; null for nothing.</summary>
    public string?[]? Values { get; init; }

    /// <summary>Of the last piece: what waits for the stream to have taken the message; null for nothing.</summary>
    public MqttTaking? Taking { get; init; }

    /// <summary>Whether the message counts among those that the stream has not answered.</summary>
    public bool IsUnanswered { get; init; }
}
