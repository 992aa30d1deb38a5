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
    public static TimeSpan? Read(HttpResponseHeaders headers, DateTimeOffset now) =>
        Read(HttpResponseValues.Find(headers, "Retry-After"), HttpResponseValues.Find(headers, "Date"), now);

    /// <summary>As <see cref="Read(HttpResponseHeaders, DateTimeOffset)"/>.</summary>
    /// <param name="text">The header's value; null where it is absent.</param>
    /// <param name="date">That of the Date header, or null.</param>
    /// <param name="now">Our clock.</param>
    public static TimeSpan? Read(string? text, string? date, DateTimeOffset now)
    {
        if (text is null)
            return null;

        text = text.Trim();
        if (text.Length > 0 && text.AsSpan().IndexOfAnyExceptInRange('0', '9') < 0)
        {
            // However many digits: a peer that wants to be left alone for very long is not one that did not say.
            var digits = text.AsSpan().TrimStart('0');
            return digits.IsEmpty ? TimeSpan.Zero : digits.Length > MaxDigits ? Longest : TimeSpan.FromSeconds(int.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture));
        }

        if (!RetryConditionHeaderValue.TryParse(text, out var parsed) || parsed.Date is not { } then)
            return null;
        var wait = then - (RetryConditionHeaderValue.TryParse(date, out var stated) && stated.Date is { } theirs ? theirs : now);
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait > Longest ? Longest : wait;
    }
}
