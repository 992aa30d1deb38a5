namespace SecureStreams.Tool;

/// <summary>Opens the files that arguments name, and says why it cannot.</summary>
internal static class InputFile
{
    public static FileStream Open(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);

    /// <summary>Whether <paramref name="error"/> is the file's fault, not the program's.</summary>
    public static bool IsUnreadable(Exception error) => error is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException;

    /// <summary>One line.</summary>
    public static string Describe(string path, Exception error)
    {
        var reason = error switch
        {
            _ when Directory.Exists(path) => "it is a directory",
            FileNotFoundException or DirectoryNotFoundException => "there is no such file",
            UnauthorizedAccessException => "permission denied",
            _ => error.Message,
        };
        return PlainText.OneLine(path.Length == 0 ? "a file name is empty" : $"{path}: cannot be read: {reason}");
    }
}
