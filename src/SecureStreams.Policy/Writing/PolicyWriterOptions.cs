namespace SecureStreams.Policy;

/// <summary>How <see cref="PolicyWriter"/> writes.</summary>
public sealed record PolicyWriterOptions
{
    /// <summary>
    /// Secrets, private keys, and users with passwords in URLs give way to <c>(redacted)</c>, so that the text can be shown. It then need not load. False by default.
    /// </summary>
    public bool Redact { get; init; }
}
