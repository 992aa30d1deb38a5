namespace SecureStreams.Codecs.Multipart;

/// <summary>What <see cref="MultipartReader.Read"/> has met.</summary>
public enum MultipartToken
{
    /// <summary>All input is used up; more of the body is needed.</summary>
    NeedInput,

    /// <summary>A part begins, and its headers are known.</summary>
    PartBegin,

    /// <summary>A piece of its payload.</summary>
    Data,

    /// <summary>It has ended, and another one follows.</summary>
    PartEnd,

    /// <summary>It has ended, and it was the last. What the body has beyond it means nothing (RFC 2046 calls it epilogue) and is passed over.</summary>
    LastPartEnd,

    /// <summary>The body closes without any part.</summary>
    Empty,

    /// <summary>The body is not what it should be; <see cref="MultipartReader.Problem"/> says why. The reader gives nothing else from then on.</summary>
    Malformed,
}
