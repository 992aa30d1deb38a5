namespace SecureStreams.Tool.Checking;

/// <summary>File names as SARIF wants them: URI references, relative where the file is below the current directory.</summary>
internal static class ArtifactUri
{
    /// <param name="file">As it was given.</param>
    /// <param name="currentDirectory">Null when there is none any more: it was removed.</param>
    public static string Of(string file, string? currentDirectory)
    {
        if (Path.IsPathRooted(file))
        {
            if (currentDirectory is null)
                return new Uri(file).AbsoluteUri;
            var relative = Path.GetRelativePath(currentDirectory, file);
            if (Path.IsPathRooted(relative) || relative.StartsWith("..", StringComparison.Ordinal))
                return new Uri(file).AbsoluteUri;
            file = relative;
        }

        var segments = file.Split(Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar).SkipWhile(static segment => segment == ".");
        return string.Join('/', segments.Select(Uri.EscapeDataString));
    }
}
