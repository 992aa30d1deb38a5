namespace SecureStreams.Policy;

/// <summary>What few entries have: attributes that were refused, and attributes that <c>null</c> returned to their defaults.</summary>
internal sealed class DraftMarks
{
    public PolicyAttributeSet Wrong;
    /// <summary>Also of those that are stated again behind the null: what lies below does not count any more.</summary>
    public PolicyAttributeSet Cleared;

    /// <summary>The metadata of several layers while they are put over each other: joined once at the end, not once for each layer.</summary>
    public PairCollector? Metadata;

    /// <summary>Whether anything was refused, even if a later layer states it rightly.</summary>
    public bool IsAnyWrong;
}
