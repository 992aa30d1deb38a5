namespace SecureStreams.Testing;

/// <summary>What a test expected is not so. Belongs to no test framework: every one reports its message as a failure.</summary>
public class SsAssertionException : Exception
{
    /// <summary>Makes one.</summary>
    /// <param name="message">What was expected, what was found, and all that was recorded.</param>
    public SsAssertionException(string message)
        : base(message)
    {
    }
}
