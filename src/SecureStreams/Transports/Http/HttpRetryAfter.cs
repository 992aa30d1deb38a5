using System.Globalization;
using System.Net.Http.Headers;

namespace SecureStreams.Transports.Http;

/// <summary>The Retry-After header (RFC 9110 section 10.2.3).</summary>
internal static class HttpRetryAfter
{
    private const int MaxDigits = 8;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(99_999_999);

    /// <summary>How long the peer asks us to stay away; null when it does not say, or not in a way that counts.</summary>
    /// <param name="headers">The response's headers.</param>
    /// <param name="now">Our clock, for a date when the response carries no Date of its own.</param>
    public static TimeSpan? Read(HttpResponseHeaders headers, DateTimeOffset now)
    {
        if (HttpResponseValues.Find(headers, "Retry-After") is not { } text)
            return null;

        text = text.Trim();
        if (text.Length is > 0 and <= MaxDigits && text.AsSpan().IndexOfAnyExceptInRange('0', '9') < 0)
            return TimeSpan.FromSeconds(int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture));

        if (!RetryConditionHeaderValue.TryParse(text, out var parsed) || parsed.Date is not { } date)
            return null;
        var wait = date - (headers.Date ?? now);
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait > Longest ? Longest : wait;
    }
}
