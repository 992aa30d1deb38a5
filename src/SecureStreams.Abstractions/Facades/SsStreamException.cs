namespace SecureStreams;

/// <summary>What was awaited of a stream cannot come any more; <see cref="Cause"/> says why, in terms an application may know.</summary>
public class SsStreamException : IOException
{
    /// <summary>Makes one.</summary>
    /// <param name="message">What was lost and what mends it; the cause is appended.</param>
    /// <param name="cause">Why.</param>
    public SsStreamException(string message, SsCause cause)
        : base(cause.IsNone ? message : $"{message} Cause: {cause}.")
    {
        Cause = cause;
    }

    /// <summary>Why. Operators find the rest by its <see cref="SsCause.DetailId"/>.</summary>
    public SsCause Cause { get; }
}
