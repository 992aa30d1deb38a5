namespace SecureStreams;

/// <summary>A failure as an exception, where code awaits instead of being told by a state. Carries what a handler would see: no endpoint, no address.</summary>
public sealed class SsCauseException : Exception
{
    /// <summary>Makes one.</summary>
    /// <param name="cause">Why; its text is the message.</param>
    public SsCauseException(SsCause cause)
        : base(cause.ToString()) => Cause = cause;

    /// <summary>Why it failed. <see cref="SsCause.DetailId"/> leads to the rest, in <see cref="SsContext.Diagnostics"/>.</summary>
    public SsCause Cause { get; }
}
