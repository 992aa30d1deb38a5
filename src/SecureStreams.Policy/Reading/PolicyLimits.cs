namespace SecureStreams.Policy;

/// <summary>What a document may not exceed. Far beyond any real policy, small enough that a hostile one costs little.</summary>
internal static class PolicyLimits
{
    /// <summary>Default of <see cref="PolicyLoadOptions.MaximumBytes"/>: 16 MiB.</summary>
    public const int Bytes = 16 * 1024 * 1024;

    /// <summary>Objects and arrays inside each other.</summary>
    public const int Depth = 64;

    /// <summary>Bytes of one string or name, as written; the text of certificates is exempt.</summary>
    public const int StringBytes = 64 * 1024;

    /// <summary>Values of all kinds in one document.</summary>
    public const int Values = 1_000_000;

    /// <summary>
    /// How deep a text may end and still count as complete: the document, a section, one object of it. A text that ends inside a definition is
    /// cut off, and what is lost could be its <c>tls</c>.
    /// </summary>
    public const int ForgivenClosers = 3;
}
