namespace SecureStreams;

/// <summary>Why it was looked where the network leads.</summary>
public enum SsInternetTrigger
{
    /// <summary>Nobody has looked yet.</summary>
    None = 0,

    /// <summary><see cref="SsCaptivePortal.DetectAsync"/> was called.</summary>
    Call = 1,

    /// <summary>The context began.</summary>
    Start = 2,

    /// <summary>The addresses of this machine changed.</summary>
    NetworkChange = 3,

    /// <summary>The last result was not <see cref="SsInternet.Internet"/>, and the interval for looking again had passed.</summary>
    Recheck = 4,

    /// <summary>A peer redirected a stream whose streamtype takes that for a failure (<c>http_fail_redirect</c>).</summary>
    Evidence = 5,
}
