namespace SecureStreams;

/// <summary>The handler refused the stream while it was being created.</summary>
public sealed class SsCreationRefusedException : Exception
{
    /// <summary>Makes one.</summary>
    /// <param name="message">Which streamtype, and how it was refused.</param>
    /// <param name="innerException">What the handler threw, or null when it returned a result.</param>
    public SsCreationRefusedException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
