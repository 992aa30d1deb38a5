namespace SecureStreams.Tool;

/// <summary>
/// Writes the file that <c>--output</c> names: whole or not at all, and what was there before stays until then. A new file appears under another name in the
/// same folder and takes its place by renaming; links are followed, so that they stay links.
/// </summary>
internal static class OutputFile
{
    /// <exception cref="UnusableInputException">There can be no such file.</exception>
    /// <exception cref="OutputLostException">The disk is full, or fails.</exception>
    public static async Task WriteAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        if (Directory.Exists(path))
            throw new UnusableInputException($"{path}: cannot be written: it is a directory");

        try
        {
            var target = FinalTarget(path);
            if (OpenDevice(path, target) is { } device)
            {
                await using (device)
                    await device.WriteAsync(content, cancellation);
            }
            else
            {
                await ReplaceAsync(target, content, cancellation);
            }
        }
        catch (DirectoryNotFoundException)
        {
            throw new UnusableInputException($"{path}: cannot be written: there is no such directory");
        }
        catch (UnauthorizedAccessException)
        {
            throw new UnusableInputException($"{path}: cannot be written: permission denied");
        }
        catch (IOException error)
        {
            throw new OutputLostException($"{path}: cannot be written: {Reason(error)}");
        }
    }

    /// <summary>Finds out whether there can be such a file, before it is known what will be in it. A pipe or a device is not tried: that might wait for its reader.</summary>
    /// <exception cref="UnusableInputException">There can be none.</exception>
    public static void Check(string path)
    {
        if (Directory.Exists(path))
            throw new UnusableInputException($"{path}: cannot be written: it is a directory");

        try
        {
            var target = FinalTarget(path);
            if (File.Exists(path) && new FileInfo(target) is not { Exists: true, Length: > 0 })
                return;
            new FileStream(Unfinished(target), FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose).Dispose();
        }
        catch (DirectoryNotFoundException)
        {
            throw new UnusableInputException($"{path}: cannot be written: there is no such directory");
        }
        catch (UnauthorizedAccessException)
        {
            throw new UnusableInputException($"{path}: cannot be written: permission denied");
        }
        catch (IOException error)
        {
            throw new UnusableInputException($"{path}: cannot be written: {Reason(error)}");
        }
    }

    /// <summary>Whether <paramref name="path"/> is <paramref name="input"/>, by whatever names, and has something that would be lost. Devices have nothing.</summary>
    public static bool Replaces(string path, string input)
    {
        try
        {
            return path.Length > 0 && input.Length > 0 && RealPath.Of(path) is var target && target == RealPath.Of(input) && new FileInfo(target) is { Exists: true, Length: > 0 };
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Links in a circle lead to no file, and others cannot be followed; who opens them is told.
            return false;
        }
    }

    // Made absolute first: links of relative paths are resolved against the root.
    private static string FinalTarget(string path) =>
        Path.GetFullPath(path) is var full && File.Exists(full) && File.ResolveLinkTarget(full, returnFinalTarget: true) is { } target ? target.FullName : full;

    // The system's message ends in the name of the unfinished file, which says nothing to the user and is gone by then.
    private static string Reason(IOException error) =>
        error.Message.LastIndexOf(" : '", StringComparison.Ordinal) is > 0 and var end ? error.Message[..end] : error.Message;

    private static string Unfinished(string target) => Path.Combine(Path.GetDirectoryName(target)!, $".sstreams-{Guid.NewGuid():N}.tmp");

    private static async Task ReplaceAsync(string target, ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        var unfinished = Unfinished(target);
        try
        {
            await using (var file = new FileStream(unfinished, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0))
            {
                KeepMode(file, target);
                await file.WriteAsync(content, cancellation);
                file.Flush(flushToDisk: true);
            }

            cancellation.ThrowIfCancellationRequested();
            File.Move(unfinished, target, overwrite: true);
        }
        catch
        {
            File.Delete(unfinished);
            throw;
        }
    }

    /// <summary>A file that others may not read stays one, and so before there is anything in it to be read.</summary>
    private static void KeepMode(FileStream file, string target)
    {
        if (!OperatingSystem.IsWindows() && File.Exists(target))
            File.SetUnixFileMode(file.SafeFileHandle, File.GetUnixFileMode(target));
    }

    /// <summary>
    /// A pipe or a device is written to; replacing <c>/dev/null</c> by a file would be a bad surprise. Such a thing has no length and cannot be given one.
    /// Null for files, and for what does not exist yet, the target of a link included.
    /// </summary>
    private static FileStream? OpenDevice(string path, string target)
    {
        if (!File.Exists(path) || new FileInfo(target) is { Exists: true, Length: > 0 })
            return null;

        FileStream file;
        try
        {
            file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }

        try
        {
            file.SetLength(0);
        }
        catch (Exception error) when (error is IOException or NotSupportedException)
        {
            return file;
        }

        file.Dispose();
        return null;
    }
}
