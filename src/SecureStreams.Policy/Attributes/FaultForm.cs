namespace SecureStreams.Policy;

/// <summary>The form of a fault, <see cref="PolicyPatterns.Fault"/>: what goes wrong, then which attempts, then how often, each after one blank.</summary>
internal static class FaultForm
{
    private static readonly string[] Bare = ["name_not_found", "connect_refused", "connect_unreachable", "connect_no_answer", "tls_untrusted", "tls_expired", "tls_wrong_name", "cut", "stall"];

    private static readonly string[] WithNumber =
    [
        "delay_connect_ms=", "delay_first_byte_ms=", "delay_write_ms=", "rate_limit=", "corrupt_sent=", "corrupt_received=", "cut_after_ms=", "cut_after_sent=", "cut_after_received=",
        "cut_after_messages=", "stall_after_ms=", "stall_after_sent=", "stall_after_received=",
    ];

    public static bool Matches(ReadOnlySpan<char> text)
    {
        var word = Next(ref text);
        if (word.StartsWith("http_status=", StringComparison.Ordinal))
        {
            if (word["http_status=".Length..] is not [>= '2' and <= '5', var tens, var ones] || !char.IsAsciiDigit(tens) || !char.IsAsciiDigit(ones))
                return false;
            if (Take(ref text, "location=") is { Length: > 0 } location && location.ContainsAnyExceptInRange('!', '~'))
                return false;
            if (Take(ref text, "retry_after=") is { Length: > 0 } wait && !IsNumber(wait))
                return false;
        }
        else if (!IsKnown(word))
        {
            return false;
        }

        if (Take(ref text, "attempts=") is { Length: > 0 } attempts && !AreSpans(attempts))
            return false;
        if (Take(ref text, "percent=") is { Length: > 0 } percent && !(percent is "100" or [>= '0' and <= '9'] or [>= '1' and <= '9', >= '0' and <= '9']))
            return false;
        return text.IsEmpty;
    }

    private static bool IsKnown(ReadOnlySpan<char> word)
    {
        foreach (var name in Bare)
        {
            if (word.SequenceEqual(name))
                return true;
        }

        foreach (var name in WithNumber)
        {
            if (word.StartsWith(name, StringComparison.Ordinal))
                return IsNumber(word[name.Length..]);
        }

        return false;
    }

    /// <summary>What follows <paramref name="name"/>, if that comes next and something does; else nothing, and it stays.</summary>
    private static ReadOnlySpan<char> Take(scoped ref ReadOnlySpan<char> text, string name)
    {
        if (text is not [' ', .. var rest] || !rest.StartsWith(name, StringComparison.Ordinal))
            return default;
        var after = rest;
        var value = Next(ref after)[name.Length..];
        if (!value.IsEmpty)
            text = after;
        return value;
    }

    /// <summary>Up to the next blank, which stays.</summary>
    private static ReadOnlySpan<char> Next(scoped ref ReadOnlySpan<char> text)
    {
        var end = text.IndexOf(' ');
        var word = end < 0 ? text : text[..end];
        text = text[word.Length..];
        return word;
    }

    private static bool AreSpans(ReadOnlySpan<char> text)
    {
        foreach (var range in text.Split(','))
        {
            var span = text[range];
            var dash = span.IndexOf('-');
            if (!IsAttempt(dash < 0 ? span : span[..dash]) || (dash >= 0 && !IsAttempt(span[(dash + 1)..])))
                return false;
        }

        return true;
    }

    private static bool IsAttempt(ReadOnlySpan<char> text) => text is [>= '1' and <= '9', ..] && text.Length <= 6 && !text.ContainsAnyExceptInRange('0', '9');

    private static bool IsNumber(ReadOnlySpan<char> text) => text.Length is >= 1 and <= 9 && !text.ContainsAnyExceptInRange('0', '9');
}
