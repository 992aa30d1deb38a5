namespace SecureStreams.Tokens;

/// <summary>Bounds of fetching tokens.</summary>
internal static class TokenDefaults
{
    /// <summary>The streamtype that lws fetches tokens with, whatever its policy says; here, where a scheme names none.</summary>
    public const string StreamType = "api_amazon_com_auth";

    /// <summary>The longest reply that is read.</summary>
    public const int LargestReplyBytes = 16 * 1024;

    /// <summary>The longest text of the server that goes into a detail.</summary>
    public const int LargestErrorText = 200;

    /// <summary>How much of its life a token has behind it when it is renewed, if the policy does not say.</summary>
    public const int RefreshPercent = 80;

    /// <summary>How long one request for a token may take, from its beginning to the end of the reply.</summary>
    public static readonly TimeSpan LongestFetch = TimeSpan.FromSeconds(60);

    /// <summary>The life of a token whose server does not say (RFC 6749 section 5.1 only recommends it); one that ends before is noticed by its refusal.</summary>
    public static readonly TimeSpan AssumedLife = TimeSpan.FromHours(1);

    /// <summary>The longest life that is believed: timers and clocks end somewhere.</summary>
    public static readonly TimeSpan LongestLife = TimeSpan.FromDays(30);

    /// <summary>A token is not used any more so long before its end, or a tenth of its life if that is less: a request takes its time to the peer.</summary>
    public static readonly TimeSpan LongestMargin = TimeSpan.FromSeconds(5);

    /// <summary>Between the beginnings of two fetches.</summary>
    public static readonly TimeSpan ShortestGap = TimeSpan.FromSeconds(1);

    /// <summary>After the first fetch that failed; doubled by each that follows.</summary>
    public static readonly TimeSpan FirstHold = TimeSpan.FromSeconds(1);

    /// <summary>The most of that.</summary>
    public static readonly TimeSpan LongestHold = TimeSpan.FromMinutes(1);

    /// <summary>As <see cref="FirstHold"/>, after a server that was reached gave no token: somebody has to mend that.</summary>
    public static readonly TimeSpan FirstRefusedHold = TimeSpan.FromSeconds(30);

    /// <summary>The most of that.</summary>
    public static readonly TimeSpan LongestRefusedHold = TimeSpan.FromMinutes(15);

    /// <summary>Between two renewals that peers enforce by refusing a token; doubled while no peer takes one.</summary>
    public static readonly TimeSpan FirstEnforcedGap = TimeSpan.FromSeconds(10);

    /// <summary>The most of that.</summary>
    public static readonly TimeSpan LongestEnforcedGap = TimeSpan.FromMinutes(10);
}
