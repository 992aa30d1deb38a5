namespace SecureStreams.Policy;

/// <summary>Near names, for words that are known nowhere.</summary>
internal static class Suggestion
{
    // Bounds the work on hostile input: names in policies are short and few.
    private const int MaximumLength = 64;
    private const int MaximumCandidates = 512;

    /// <summary>The candidate with the fewest typing mistakes, at most a third of its letters; null when nothing is near. Letter case counts as no mistake.</summary>
    public static string? Nearest(string written, IEnumerable<string> candidates)
    {
        if (written.Length is 0 or > MaximumLength)
            return null;

        string? best = null;
        var bestDistance = int.MaxValue;
        foreach (var candidate in candidates.Take(MaximumCandidates))
        {
            var allowed = Math.Min(3, Math.Max(written.Length, candidate.Length) / 3);
            if (candidate.Length > MaximumLength || Math.Abs(candidate.Length - written.Length) > allowed)
                continue;

            var distance = Distance(written, candidate);
            if (distance <= allowed && distance < bestDistance)
                (best, bestDistance) = (candidate, distance);
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

    private static bool Same(char left, char right) => char.ToLowerInvariant(left) == char.ToLowerInvariant(right);
}
