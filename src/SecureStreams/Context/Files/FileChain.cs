namespace SecureStreams;

/// <summary>The names on the way to a file whose change may make it another: the file itself in its real folder, and each symbolic link that leads there.</summary>
internal static class FileChain
{
    // As many as the system follows.
    private const int MaxLinks = 40;

    /// <summary>Each name with the folder it is in; without those of folders that are not there.</summary>
    public static List<(string Folder, string Name)> Of(string path)
    {
        var names = new List<(string Folder, string Name)>();
        var full = Path.GetFullPath(path);
        var folder = Path.GetPathRoot(full) ?? "";
        var rest = new Stack<string>(Parts(full[folder.Length..]).Reverse());
        for (var links = 0; rest.TryPop(out var name);)
        {
            switch (name)
            {
                case ".":
                    continue;
                case "..":
                    folder = Path.GetDirectoryName(folder) ?? folder;
                    continue;
            }

            if (LinkOf(Path.Combine(folder, name)) is not { } target)
            {
                if (rest.Count == 0)
                    names.Add((folder, name));
                folder = Path.Combine(folder, name);
                continue;
            }

            names.Add((folder, name));
            if (++links > MaxLinks)
                break;
            if (Path.IsPathRooted(target))
                folder = Path.GetPathRoot(target) ?? folder;
            foreach (var part in Parts(target).Reverse())
                rest.Push(part);
        }

        return names;
    }

    private static string[] Parts(string path) => path.Split([Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar], StringSplitOptions.RemoveEmptyEntries);

    private static string? LinkOf(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null; // Not to be seen is as good as not there: the regular look finds what has become of it.
        }
    }
}
