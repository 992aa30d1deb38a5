namespace SecureStreams.TestSupport.Checks;

/// <summary>A check of the test support failed; the message holds all that is known.</summary>
public sealed class CheckFailedException(string message, Exception? innerException = null) : Exception(message, innerException);
