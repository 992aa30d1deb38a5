namespace SecureStreams;

/// <summary>How a stream or listener stands to the policy that is watched.</summary>
internal enum TrialStatus
{
    /// <summary>On its way.</summary>
    Pending,

    /// <summary>As the policy wants it.</summary>
    Up,

    /// <summary>It failed, and tries again.</summary>
    Failing,

    /// <summary>It failed, and will not be as the policy wants it.</summary>
    Failed,
}
