namespace SecureStreams.Network;

/// <summary>An HTTP answer that no server gave.</summary>
/// <param name="Status">Its status, 200 to 599.</param>
/// <param name="Location">Its <c>Location</c>; null for none.</param>
/// <param name="RetryAfterSeconds">Its <c>Retry-After</c>; null for none.</param>
public sealed record SsFaultAnswer(int Status, string? Location = null, int? RetryAfterSeconds = null);
