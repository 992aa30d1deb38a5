namespace SecureStreams;

/// <summary>Files that are written beside others, whose place they take once they are whole: what is left of them where a writer crashed.</summary>
internal static class UnfinishedFiles
{
    // A writer needs far less; what is older was left by one that crashed.
    private static readonly TimeSpan Life = TimeSpan.FromHours(1);

    /// <summary>Removes what nobody will finish.</summary>
    /// <param name="folder">Where to look.</param>
    /// <param name="prefix">With what the names of such files begin.</param>
    /// <param name="now">The time.</param>
    public static void Sweep(string folder, string prefix, DateTimeOffset now)
    {
        try
        {
            var oldest = (now - Life).UtcDateTime;
            foreach (var path in Directory.EnumerateFiles(folder, prefix + "*", new EnumerationOptions { AttributesToSkip = 0 }))
            {
                if (File.GetLastWriteTimeUtc(path) < oldest)
                    TryDelete(path);
            }
        }
        catch (Exception error) when (BlobFile.IsFailure(error))
        {
            // It will be swept another time; what cannot be used at all is told by whoever uses it.
        }
    }

    /// <summary>Removes one of them, if that can be done.</summary>
    public static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception error) when (BlobFile.IsFailure(error))
        {
            // Nobody but the owner can read it, and a later start sweeps it.
        }
    }
}
