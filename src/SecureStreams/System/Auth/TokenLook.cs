using SecureStreams.Transports;

namespace SecureStreams.Tokens;

/// <summary>What a look at a scheme found.</summary>
/// <param name="Stand">How it stands.</param>
/// <param name="Serial">Which token it is; each has another number.</param>
/// <param name="Failure">Why there is none.</param>
internal readonly record struct TokenLook(TokenStand Stand, long Serial, TransportFailure? Failure);
