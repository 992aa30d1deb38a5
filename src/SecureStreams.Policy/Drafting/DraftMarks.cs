namespace SecureStreams.Policy;

/// <summary>What few entries have: attributes that were refused, and attributes that <c>null</c> returned to their defaults.</summary>
internal sealed class DraftMarks
{
    public PolicyAttributeSet Wrong;
    public PolicyAttributeSet Cleared;

    /// <summary>Whether anything was refused, even if a later layer states it rightly.</summary>
    public bool IsAnyWrong;
}
