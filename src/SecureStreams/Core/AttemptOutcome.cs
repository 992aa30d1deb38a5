namespace SecureStreams.Core;

/// <summary>How an attempt ended, decided on the stream's mailbox; the retry pipeline only acts on it.</summary>
/// <param name="RetryDelay">How long until the next attempt; null when there is none: connected, given up, or cancelled.</param>
internal readonly record struct AttemptOutcome(TimeSpan? RetryDelay);
