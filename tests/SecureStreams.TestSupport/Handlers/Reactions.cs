namespace SecureStreams.TestSupport.Handlers;

/// <summary>What a test does in a state callback.</summary>
public delegate SsResult StateReaction(SecureStream stream, in SsStateChange change);

/// <summary>What a test does with a received piece.</summary>
public delegate SsResult ReceiveReaction(SecureStream stream, ReadOnlySpan<byte> payload, SsRxFlags flags);

/// <summary>What a test does in a transmit callback.</summary>
public delegate SsTransmitResult TransmitReaction(SecureStream stream, scoped ref SsTransmit tx);
