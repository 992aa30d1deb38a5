namespace SecureStreams;

/// <summary>A metadata name is not declared by the streamtype, or a value cannot be carried safely. The value itself is never in the message.</summary>
public sealed class SsMetadataException : ArgumentException
{
    /// <summary>Makes one.</summary>
    public SsMetadataException(string message)
        : base(message)
    {
    }
}
