namespace SecureStreams.Tool.Checking;

/// <summary>File names as SARIF wants them: URI references, relative where the file is below the current directory.</summary>
internal static class ArtifactUri
{
    public static string Of(string file, string currentDirectory)
    {
        if (Path.IsPathRooted(file))
        {
            var relative = Path.GetRelativePath(currentDirectory, file);
            if (Path.IsPathRooted(relative) || relative.StartsWith("..", StringComparison.Ordinal))
                return new Uri(file).AbsoluteUri;
            file = relative;
        }

        var segments = file.Split(Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar).SkipWhile(static segment => segment == ".");
        return string.Join('/', segments.Select(Uri.EscapeDataString));
    }
}
