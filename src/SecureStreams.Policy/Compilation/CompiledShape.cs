namespace SecureStreams.Policy;

/// <summary>How compiled policies write values: several kinds share a shape.</summary>
internal enum CompiledShape
{
    /// <summary>True or false.</summary>
    Flag = 0,

    /// <summary>A number.</summary>
    Number,

    /// <summary>A text, whatever must be in it.</summary>
    Text,

    /// <summary>A list of numbers.</summary>
    Numbers,

    /// <summary>A list of texts.</summary>
    Texts,

    /// <summary>Keys, each with a text or a number.</summary>
    Map,
}
