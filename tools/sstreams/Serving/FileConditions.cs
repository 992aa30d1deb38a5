using System.Globalization;

namespace SecureStreams.Tool.Serving;

/// <summary>What a client knows of a file already, and which part of it it wants (RFC 9110 sections 13 and 14). Pure.</summary>
internal static class FileConditions
{
    /// <summary>Whether what the client has is still the file.</summary>
    /// <param name="ifNoneMatch">The header, or null.</param>
    /// <param name="ifModifiedSince">The header, or null; the other counts more.</param>
    /// <param name="file">The file.</param>
    public static bool IsUnchanged(string? ifNoneMatch, string? ifModifiedSince, ServedFile file)
    {
        if (ifNoneMatch is not null)
            return ifNoneMatch.Trim() == "*" || ifNoneMatch.Split(',', StringSplitOptions.TrimEntries).Any(one => WithoutWeakness(one) == file.Tag);
        return TryReadDate(ifModifiedSince, out var since) && file.Written <= since;
    }

    /// <summary>Which part is wanted.</summary>
    /// <param name="range">The header, or null.</param>
    /// <param name="ifRange">Only when the file is still this one; or null.</param>
    /// <param name="file">The file.</param>
    /// <returns>First byte and how many; null for the whole file, also where several parts are wanted; a negative count where there is no such part.</returns>
    public static (long First, long Count)? PartOf(string? range, string? ifRange, ServedFile file)
    {
        if (range is null || !range.StartsWith("bytes=", StringComparison.OrdinalIgnoreCase) || !IsSame(ifRange, file))
            return null;
        var ends = range["bytes=".Length..].Trim().Split('-');
        if (ends.Length != 2 || !TryRead(ends[0], out var first) || !TryRead(ends[1], out var last) || (first is null && last is null) || last < first)
            return null;
        if (first is null)
            return last == 0 || file.Length == 0 ? (0, -1) : (Math.Max(0, file.Length - last!.Value), Math.Min(last.Value, file.Length));
        if (first >= file.Length)
            return (0, -1);
        return (first.Value, Math.Min(last ?? long.MaxValue, file.Length - 1) - first.Value + 1);
    }

    /// <summary>The date as headers have it.</summary>
    public static string Text(DateTimeOffset date) => date.ToString("r", CultureInfo.InvariantCulture);

    private static bool IsSame(string? ifRange, ServedFile file) =>
        ifRange is null || ifRange == file.Tag || (TryReadDate(ifRange, out var date) && date == file.Written);

    private static string WithoutWeakness(string tag) => tag.StartsWith("W/", StringComparison.Ordinal) ? tag[2..] : tag;

    private static bool TryReadDate(string? text, out DateTimeOffset date) =>
        DateTimeOffset.TryParseExact(text, "r", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out date);

    // Nothing, or digits.
    private static bool TryRead(string text, out long? number)
    {
        number = null;
        if (text.Length == 0)
            return true;
        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var read))
            return false;
        number = read;
        return true;
    }
}
