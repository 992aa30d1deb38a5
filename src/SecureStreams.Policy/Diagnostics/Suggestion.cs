namespace SecureStreams.Policy;

/// <summary>
/// Near names, for words that are known nowhere. A name is near when it is reached with few typing mistakes: one where the longer of the two has three to
/// five letters, two up to eight, three above; letter case counts as none. A name of one or two letters is near only when each of its letters was written and one mistake explains the
/// rest (<c>ss</c> is near <c>s</c>, <c>x</c> is not). A beginning that is half of a name or more counts as one mistake, however much was left off; so does the first of several words, when it is all that was left off.
/// Of several names the one with fewer mistakes wins; then what was only left off or added at the end (<c>prot</c> is <c>protocol</c> before <c>port</c>);
/// then the same first letter, the longer common beginning, the same length, and the order of the candidates, which has current names before old spellings.
/// </summary>
public static class Suggestion
{
    // Bounds the work on hostile input: names in policies are short and few.
    private const int MaximumLength = 64;
    private const int MaximumCandidates = 512;

    /// <summary>The shortest beginning that is taken for a name cut short.</summary>
    private const int ShortestBeginning = 3;

    /// <summary>The nearest candidate; null when none is near.</summary>
    public static string? Nearest(string written, IEnumerable<string> candidates)
    {
        ArgumentNullException.ThrowIfNull(written);
        ArgumentNullException.ThrowIfNull(candidates);
        if (written.Length is 0 or > MaximumLength)
            return null;

        string? best = null;
        var bestRank = default(Rank);
        foreach (var candidate in candidates.Take(MaximumCandidates))
        {
            if (RankOf(written, candidate) is not { } rank || (best is not null && rank.CompareTo(bestRank) >= 0))
                continue;
            (best, bestRank) = (candidate, rank);
        }

        return best;
    }

    /// <summary>Insertions, deletions, replacements and swaps of neighbours (Damerau-Levenshtein, optimal string alignment).</summary>
    internal static int Distance(string left, string right)
    {
        Span<int> before = stackalloc int[MaximumLength + 1];
        Span<int> above = stackalloc int[MaximumLength + 1];
        Span<int> row = stackalloc int[MaximumLength + 1];
        for (var j = 0; j <= right.Length; j++)
            above[j] = j;
        for (var i = 1; i <= left.Length; i++)
        {
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var cost = Same(left[i - 1], right[j - 1]) ? 0 : 1;
                row[j] = Math.Min(Math.Min(row[j - 1], above[j]) + 1, above[j - 1] + cost);
                if (i > 1 && j > 1 && Same(left[i - 1], right[j - 2]) && Same(left[i - 2], right[j - 1]))
                    row[j] = Math.Min(row[j], before[j - 2] + 1);
            }

            var free = before;
            before = above;
            above = row;
            row = free;
        }

        return above[right.Length];
    }

    private static Rank? RankOf(string written, string candidate)
    {
        if (candidate.Length is 0 or > MaximumLength)
            return null;
        var shared = CommonPrefix(written, candidate);
        var extends = shared == Math.Min(written.Length, candidate.Length);
        var beginning = shared == written.Length && written.Length >= ShortestBeginning && written.Length * 2 >= candidate.Length;
        var allowed = Allowance(written, candidate);
        var whole = beginning || IsLastWords(written, candidate);
        if (!whole && Math.Abs(candidate.Length - written.Length) > allowed)
            return null;

        var distance = Distance(written, candidate);
        if (!whole && distance > allowed)
            return null;
        return new Rank(whole ? Math.Min(distance, 1) : distance, extends ? 0 : 1, distance, shared > 0 ? 0 : 1, -shared, Math.Abs(written.Length - candidate.Length));
    }

    /// <summary>Whether only the first of several words was left off: <c>url</c> for <c>http_url</c>.</summary>
    private static bool IsLastWords(string written, string candidate)
    {
        var join = candidate.AsSpan().IndexOfAny('_', '-', ' ');
        return join > 0 && written.Length >= ShortestBeginning && candidate.AsSpan(join + 1).Equals(written, StringComparison.OrdinalIgnoreCase);
    }

    private static int Allowance(string written, string candidate)
    {
        if (candidate.Length > 2)
            return Math.Min(3, Math.Max(written.Length, candidate.Length) / 3);
        foreach (var letter in candidate)
        {
            if (!written.Contains(letter, StringComparison.OrdinalIgnoreCase))
                return 0;
        }

        return 1;
    }

    private static int CommonPrefix(string left, string right)
    {
        var length = 0;
        while (length < left.Length && length < right.Length && Same(left[length], right[length]))
            length++;
        return length;
    }

    private static bool Same(char left, char right) => char.ToLowerInvariant(left) == char.ToLowerInvariant(right);

    /// <summary>Smaller is nearer.</summary>
    private readonly record struct Rank(int Mistakes, int NotExtending, int Distance, int OtherFirst, int Shared, int OtherLength)
    {
        public int CompareTo(Rank other) =>
            (Mistakes, NotExtending, Distance, OtherFirst, Shared, OtherLength).CompareTo(
                (other.Mistakes, other.NotExtending, other.Distance, other.OtherFirst, other.Shared, other.OtherLength));
    }
}
