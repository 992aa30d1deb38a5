namespace SecureStreams;

/// <summary>What a change of the policy means for trials: carried out when it is in force and everybody has been told.</summary>
/// <param name="Trial">The trial that the change has to stand; null when it holds at once.</param>
/// <param name="IsNew">Whether that begins with the change.</param>
/// <param name="Ended">The trial that ended by it.</param>
/// <param name="Result">How that ended; null while its way back is watched.</param>
/// <param name="Before">What was watched until the change, when it takes back what was on trial.</param>
internal readonly record struct TrialTurn(PolicyTrial? Trial, bool IsNew, PolicyTrial? Ended, SsPolicyTrialResult? Result, TrialWatch? Before);
