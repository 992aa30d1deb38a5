namespace SecureStreams.Tool;

/// <summary>Where a path leads when every link in it is followed, those of its folders too.</summary>
internal static class RealPath
{
    // As many as Linux follows (path_resolution(7)).
    private const int MostLinks = 40;

    /// <summary>The path without links; parts that do not exist stay as they are.</summary>
    /// <param name="path">As the platform opens it: <c>..</c> in it takes away the part before, whatever that is.</param>
    /// <exception cref="IOException">Its links lead in a circle, or cannot be read.</exception>
    public static string Of(string path)
    {
        var full = Path.GetFullPath(path);
        var real = Path.GetPathRoot(full)!;
        var left = new Stack<string>();
        Push(left, full[real.Length..]);
        var links = 0;
        while (left.TryPop(out var part))
        {
            // Only in what a link says: there it leads to the folder that really is above.
            if (part == "..")
            {
                real = Path.GetDirectoryName(real) ?? real;
                continue;
            }

            var next = Path.Combine(real, part);
            if (new FileInfo(next).LinkTarget is not { } target)
            {
                real = next;
                continue;
            }

            if (++links > MostLinks)
                throw new IOException("it has too many links");
            if (Path.IsPathRooted(target))
                real = Path.GetPathRoot(target)!;
            Push(left, target[(Path.IsPathRooted(target) ? real.Length : 0)..]);
        }

        return real;
    }

    private static void Push(Stack<string> left, string path)
    {
        foreach (var part in path.Split(Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar).Reverse())
        {
            if (part is not ("" or "."))
                left.Push(part);
        }
    }
}
