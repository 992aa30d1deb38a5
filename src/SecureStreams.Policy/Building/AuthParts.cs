namespace SecureStreams.Policy;

/// <summary>Gathers the values of an authentication scheme, beginning with their defaults.</summary>
internal sealed class AuthParts
{
    public string Type { get; set; } = "";

    public string StreamType { get; set; } = "";

    public int Blob { get; set; }

    public string? BlobName { get; set; }
}
