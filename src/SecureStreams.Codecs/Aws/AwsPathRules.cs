namespace SecureStreams.Codecs.Aws;

/// <summary>How the path of a request becomes that of its canonical request.</summary>
public enum AwsPathRules
{
    /// <summary>
    /// What nearly all services want: empty and dot segments are taken out, and each segment is encoded as it stands on the wire, so that what is encoded there is
    /// encoded twice.
    /// </summary>
    Normalized,

    /// <summary>What S3 wants, whose keys may have empty and dot segments: nothing is taken out, and the path is encoded once. A slash stays one, however it was written.</summary>
    Verbatim,
}
