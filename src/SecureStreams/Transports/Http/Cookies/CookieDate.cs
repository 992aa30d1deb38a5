namespace SecureStreams.Transports.Http.Cookies;

/// <summary>Dates as servers write them into cookies, which is in many ways (RFC 6265 section 5.1.1). Pure.</summary>
internal static class CookieDate
{
    private const string Months = "janfebmaraprmayjunjulaugsepoctnovdec";

    /// <summary>Reads one; null when it is none.</summary>
    public static DateTimeOffset? Parse(ReadOnlySpan<char> text)
    {
        int? day = null, month = null, year = null;
        (int Hour, int Minute, int Second)? time = null;
        while (!text.IsEmpty)
        {
            var length = 0;
            while (length < text.Length && !IsDelimiter(text[length]))
                length++;
            var token = text[..length];
            text = text[Math.Min(text.Length, length + 1)..];
            if (token.IsEmpty)
                continue;
            if (time is null && ReadTime(token) is { } clock)
                time = clock;
            else if (day is null && ReadNumber(token, 1, 2) is { } dayOfMonth)
                day = dayOfMonth;
            else if (month is null && ReadMonth(token) is { } one)
                month = one;
            else if (year is null && ReadNumber(token, 2, 4) is { } number)
                year = number switch { >= 70 and <= 99 => number + 1900, <= 69 => number + 2000, _ => number };
        }

        if (day is not { } d || month is not { } m || year is not { } y || time is not { } t)
            return null;
        if (y is < 1601 or > 9999 || d < 1 || d > DateTime.DaysInMonth(y, m) || t.Hour > 23 || t.Minute > 59 || t.Second > 59)
            return null;
        return new DateTimeOffset(y, m, d, t.Hour, t.Minute, t.Second, TimeSpan.Zero);
    }

    private static bool IsDelimiter(char c) => c is '\t' or (>= ' ' and <= '/') or (>= ';' and <= '@') or (>= '[' and <= '`') or (>= '{' and <= '~');

    private static (int Hour, int Minute, int Second)? ReadTime(ReadOnlySpan<char> token)
    {
        Span<int> fields = stackalloc int[3];
        for (var i = 0; i < fields.Length; i++)
        {
            var digits = Digits(token);
            if (digits is < 1 or > 2)
                return null;
            fields[i] = int.Parse(token[..digits], System.Globalization.CultureInfo.InvariantCulture);
            token = token[digits..];
            if (i == fields.Length - 1)
                break;
            if (token.IsEmpty || token[0] != ':')
                return null;
            token = token[1..];
        }

        return (fields[0], fields[1], fields[2]);
    }

    /// <summary>A number of so many digits; what follows them means nothing.</summary>
    private static int? ReadNumber(ReadOnlySpan<char> token, int least, int most)
    {
        var digits = Digits(token);
        return digits >= least && digits <= most ? int.Parse(token[..digits], System.Globalization.CultureInfo.InvariantCulture) : null;
    }

    private static int? ReadMonth(ReadOnlySpan<char> token)
    {
        if (token.Length < 3)
            return null;
        for (var month = 0; month < 12; month++)
        {
            if (token[..3].Equals(Months.AsSpan(3 * month, 3), StringComparison.OrdinalIgnoreCase))
                return month + 1;
        }

        return null;
    }

    private static int Digits(ReadOnlySpan<char> token)
    {
        var end = token.IndexOfAnyExceptInRange('0', '9');
        return end < 0 ? token.Length : end;
    }
}
