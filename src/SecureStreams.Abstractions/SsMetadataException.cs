namespace SecureStreams;

/// <summary>A metadata name is not declared by the streamtype, or a value cannot be carried safely. The value itself is never in the message.</summary>
public sealed class SsMetadataException : ArgumentException
{
    /// <summary>Makes one.</summary>
    /// <param name="message">Which streamtype and name, and what mends it; never the value.</param>
    public SsMetadataException(string message)
        : base(message)
    {
    }
}
