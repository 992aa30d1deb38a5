namespace SecureStreams;

/// <summary>What a stream is doing and what it allows, when the policy changes.</summary>
/// <param name="Phase">What it is doing.</param>
/// <param name="PermitsOverlap">Whether its handler lets a second connection stand beside the first where the protocol itself has no order (raw).</param>
internal readonly record struct StreamSituation(StreamPhase Phase, bool PermitsOverlap);
