namespace SecureStreams;

/// <summary>How far the trial of a policy is.</summary>
public enum SsPolicyTrialState
{
    /// <summary>The policy is in force and watched.</summary>
    Running = 0,

    /// <summary>It holds for good.</summary>
    Confirmed = 1,

    /// <summary>It was found wanting, or taken back by hand: the policy before is in force again, and those whom the trial touched are on their way back.</summary>
    Reverting = 2,

    /// <summary>The policy before is in force again. <see cref="SsPolicyTrialResult.Recovered"/> says whether everything is as it was.</summary>
    Reverted = 3,

    /// <summary>Another change came first. What that one falls back to, if it is on trial itself, is the policy before this.</summary>
    Superseded = 4,

    /// <summary>The context was disposed first.</summary>
    Abandoned = 5,
}
