namespace SecureStreams.Transports.Http.Cookies;

/// <summary>Bounds of the cookie jar; RFC 6265 section 6.1 asks user agents for no less.</summary>
internal static class CookieDefaults
{
    /// <summary>Name and value together.</summary>
    public const int MaxCookieBytes = 4096;

    /// <summary>Longest value of an attribute; a longer one counts as not there.</summary>
    public const int MaxAttributeChars = 1024;

    public const int MaxPerDomain = 50;

    public const int MaxTotal = 3000;

    /// <summary>A cookie that asks for more gets this.</summary>
    public static readonly TimeSpan LongestLife = TimeSpan.FromDays(400);
}
