namespace SecureStreams.Tokens;

/// <summary>How a scheme stands to whoever needs its token.</summary>
internal enum TokenStand
{
    /// <summary>The token is in its blob.</summary>
    Ready,

    /// <summary>It is being fetched; whoever asked is told when that is over.</summary>
    Awaited,

    /// <summary>It could not be had.</summary>
    Failed,
}
