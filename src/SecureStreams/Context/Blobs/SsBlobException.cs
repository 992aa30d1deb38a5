namespace SecureStreams;

/// <summary>A store of blobs cannot be read or written, or what it holds must not be trusted. The message names the blob or the file and what mends it, never a value.</summary>
public sealed class SsBlobException : Exception
{
    /// <summary>Makes one.</summary>
    /// <param name="message">What is wrong, where, and what mends it; never a value.</param>
    public SsBlobException(string message)
        : base(message)
    {
    }

    /// <summary>Makes one with what is behind it.</summary>
    /// <param name="message">What is wrong, where, and what mends it; never a value.</param>
    /// <param name="innerException">What is behind it.</param>
    public SsBlobException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
