namespace SecureStreams;

/// <summary>How a fetch of the policy ended.</summary>
public enum SsRemotePolicyOutcome
{
    /// <summary>None has ended yet.</summary>
    None = 0,

    /// <summary>A new policy came and is in force.</summary>
    Applied,

    /// <summary>
    /// There is nothing new: the server said so (304), or sent what is known. With <see cref="SsRemotePolicyResult.Stage"/> <see cref="SsRemotePolicyStage.Trial"/> what it has is still the policy that
    /// did not stand its trial.
    /// </summary>
    Unchanged,

    /// <summary>What came must not be used; the policy in force stays.</summary>
    Refused,

    /// <summary>Nothing came: no connection, no answer in time, an error of the server. The policy in force stays.</summary>
    Failed,

    /// <summary>It was in force for trial and did not stand it: the policy before is back.</summary>
    Reverted,

    /// <summary>Neither the policy in force nor that of the program has a streamtype <c>fetch_policy</c> that could be asked.</summary>
    Unavailable,
}
