namespace SecureStreams.Tool;

/// <summary>Opens and reads the files that arguments name, and says why it cannot.</summary>
internal static class InputFile
{
    /// <summary>The name that stands for standard input.</summary>
    public const string StandardInput = "-";

    private const int PieceBytes = 64 * 1024;

    public static FileStream Open(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);

    /// <summary>Reads a file or standard input whole. Opening and reading a pipe block as long as its writer likes.</summary>
    /// <exception cref="InputTooLargeException">It has more than <paramref name="limit"/> bytes. A file that says so is not read at all.</exception>
    /// <exception cref="UnusableInputException">It cannot be read, or changed meanwhile.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(string path, int limit, CancellationToken cancellation)
    {
        try
        {
            if (path == StandardInput)
            {
                await using var input = SecureStreams.Tool.StandardInput.Open();
                return await ReadAsync(input, PieceBytes, limit, cancellation);
            }

            await using var file = Open(path);
            var before = State(file);
            if (before.Length > limit)
                throw new InputTooLargeException(before.Length, limit);
            var content = await ReadAsync(file, (int)before.Length, limit, cancellation);

            // Half of an old policy and half of a new one can look like a sound one. Devices and pipes have no state.
            if (before.Length > 0 && (State(file) != before || content.Length != before.Length))
                throw new UnusableInputException(PlainText.OneLine($"{path}: changed while it was read; try again when it is written"));
            return content;
        }
        catch (Exception error) when (IsUnreadable(error))
        {
            throw new UnusableInputException(Describe(path, error));
        }
    }

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
            PathTooLongException => "its name is too long",
            _ => error.Message,
        };
        return PlainText.OneLine($"{(path == StandardInput ? "standard input" : path)}: cannot be read: {reason}");
    }

    private static (long Length, DateTime Written) State(FileStream file) =>
        file.CanSeek ? (file.Length, File.GetLastWriteTimeUtc(file.SafeFileHandle)) : default;

    // What comes is counted, whatever the length was: pipes and devices have none, and files grow.
    private static async Task<ReadOnlyMemory<byte>> ReadAsync(Stream source, int expected, int limit, CancellationToken cancellation)
    {
        var text = new MemoryStream(expected);
        var piece = new byte[PieceBytes];
        int count;
        while ((count = await source.ReadAsync(piece, cancellation)) > 0)
        {
            if (text.Length + count > limit)
                throw new InputTooLargeException(null, limit);
            text.Write(piece, 0, count);
        }

        return text.GetBuffer().AsMemory(0, (int)text.Length);
    }
}
