namespace SecureStreams.Codecs.Aws;

/// <summary>The form of a request that is hashed and signed: both sides must come to the same bytes.</summary>
internal static class AwsCanonicalRequest
{
    private const int UsualTargetBytes = 512;
    private const int UsualFields = 32;

    /// <summary>Appends it to <paramref name="text"/>.</summary>
    /// <returns>Where in the text the list of signed fields stands.</returns>
    public static Range Write(AwsSignatureRequest request, ref AwsText text)
    {
        text.Append(request.Method);
        text.Append((byte)'\n');

        var wire = new AwsText(stackalloc byte[UsualTargetBytes]);
        try
        {
            wire.Append(request.Target);
            var target = wire.Written;
            var query = target.IndexOf((byte)'?');
            AppendPath(query < 0 ? target : target[..query], request.PathRules, ref text);
            text.Append((byte)'\n');
            if (query >= 0)
                AwsQuery.Append(target[(query + 1)..], ref text);
        }
        finally
        {
            wire.Dispose();
        }

        text.Append((byte)'\n');
        Span<int> order = request.Fields.Count <= UsualFields ? stackalloc int[UsualFields] : new int[request.Fields.Count];
        order = order[..request.Fields.Count];
        Sort(request, order);
        AppendFields(request, order, ref text);
        text.Append((byte)'\n');
        var start = text.Length;
        AppendNames(request, order, ref text);
        var end = text.Length;
        text.Append((byte)'\n');
        text.Append(request.PayloadHash);
        return start..end;
    }

    private static void AppendPath(scoped ReadOnlySpan<byte> path, AwsPathRules rules, ref AwsText text)
    {
        if (rules == AwsPathRules.Verbatim)
        {
            if (path.IsEmpty || path[0] != '/')
                text.Append((byte)'/');
            AwsEncoding.Append(path, ref text, keepSlash: true, decode: true);
            return;
        }

        var first = text.Length;
        foreach (var range in path.Split((byte)'/'))
        {
            var segment = path[range];
            if (segment.IsEmpty || segment.SequenceEqual("."u8))
                continue;
            if (segment.SequenceEqual(".."u8))
            {
                text.Truncate(first + Math.Max(text.Written[first..].LastIndexOf((byte)'/'), 0));
                continue;
            }

            text.Append((byte)'/');
            AwsEncoding.Append(segment, ref text, keepSlash: false, decode: false);
        }

        // A slash at the end is part of the path; that of nothing else is all of it.
        if (text.Length == first || path[^1] == '/')
            text.Append((byte)'/');
    }

    private static void AppendFields(AwsSignatureRequest request, scoped ReadOnlySpan<int> order, ref AwsText text)
    {
        for (var i = 0; i < order.Length; i++)
        {
            var (name, value) = request.Fields[order[i]];
            if (i > 0 && IsSame(name, request.Fields[order[i - 1]].Name))
            {
                text.Append((byte)',');
            }
            else
            {
                if (i > 0)
                    text.Append((byte)'\n');
                AppendLower(name, ref text);
                text.Append((byte)':');
            }

            AppendValue(value, ref text);
        }

        if (!order.IsEmpty)
            text.Append((byte)'\n');
    }

    private static void AppendNames(AwsSignatureRequest request, scoped ReadOnlySpan<int> order, ref AwsText text)
    {
        for (var i = 0; i < order.Length; i++)
        {
            var name = request.Fields[order[i]].Name;
            if (i > 0 && IsSame(name, request.Fields[order[i - 1]].Name))
                continue;
            if (i > 0)
                text.Append((byte)';');
            AppendLower(name, ref text);
        }
    }

    /// <summary>White space around a value goes, and each run of it within is one space.</summary>
    private static void AppendValue(string value, ref AwsText text)
    {
        var any = false;
        var rest = value.AsSpan();
        while (true)
        {
            rest = rest.TrimStart(" \t\r\n");
            if (rest.IsEmpty)
                return;
            if (any)
                text.Append((byte)' ');
            any = true;
            var end = rest.IndexOfAny(" \t\r\n");
            text.Append(end < 0 ? rest : rest[..end]);
            if (end < 0)
                return;
            rest = rest[end..];
        }
    }

    private static void AppendLower(string name, ref AwsText text)
    {
        foreach (var rune in name.EnumerateRunes())
        {
            if (rune.IsAscii)
                text.Append((byte)char.ToLowerInvariant((char)rune.Value));
            else
                text.Append(rune.ToString());
        }
    }

    /// <summary>By lower-case name; those of one name stay in their order. There are few: an insertion sort allocates nothing.</summary>
    private static void Sort(AwsSignatureRequest request, scoped Span<int> order)
    {
        for (var i = 0; i < order.Length; i++)
        {
            var at = i;
            for (; at > 0 && Compare(request.Fields[order[at - 1]].Name, request.Fields[i].Name) > 0; at--)
                order[at] = order[at - 1];
            order[at] = i;
        }
    }

    /// <summary>Ordinal in lower case: '_' comes before letters, which it would not in upper case.</summary>
    private static int Compare(string left, string right)
    {
        var common = Math.Min(left.Length, right.Length);
        for (var i = 0; i < common; i++)
        {
            var (a, b) = (Lower(left[i]), Lower(right[i]));
            if (a != b)
                return a - b;
        }

        return left.Length - right.Length;
    }

    private static bool IsSame(string left, string right) => Compare(left, right) == 0;

    private static char Lower(char value) => char.IsAsciiLetterUpper(value) ? (char)(value | 0x20) : value;
}
