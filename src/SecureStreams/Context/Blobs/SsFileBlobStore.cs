using System.Security.Cryptography;

namespace SecureStreams;

/// <summary>
/// Blobs in files, one each, in a folder that only its owner can enter (0700, files 0600 from the start). They outlast the process, and several processes may share
/// the folder.
/// </summary>
/// <remarks>
/// A value is written beside the old one, down to the disk, and then takes its place: after a crash or with a full disk the old value stands, whole. Of several writers
/// the last one wins; values and expiries never mix. Every read reads the file, so that other processes' changes are seen at once. A folder or file that others than its
/// owner can read or write is refused, and so is a symbolic link. Values are not encrypted: the folder belongs on a disk that is. On Windows there are no such modes;
/// the folder's own access list decides there.
/// </remarks>
public sealed class SsFileBlobStore : ISsBlobStore
{
    private const string Suffix = ".blob";
    private const string Unfinished = ".new-";

    private readonly BlobObservers _observers = new();
    private readonly string _folder;
    private readonly TimeProvider _time;
    private readonly BlobWriter _write;

    /// <summary>Opens the folder, or makes it, with the folders that lead to it.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="time">What expiry is measured by; the system's clock when null.</param>
    /// <exception cref="SsBlobException">The folder cannot be used.</exception>
    public SsFileBlobStore(string folder, TimeProvider? time = null)
        : this(folder, time ?? TimeProvider.System, BlobFile.WriteNew)
    {
    }

    /// <summary>With another way to write files: tests play a full disk here.</summary>
    internal SsFileBlobStore(string folder, TimeProvider time, BlobWriter write)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        _folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        _time = time;
        _write = write;
        BlobFile.PrepareFolder(_folder);
        UnfinishedFiles.Sweep(_folder, Unfinished, time.GetUtcNow());
    }

    /// <inheritdoc/>
    public SsBlob? Read(string name) => BlobFile.Read(PathOf(name), _time.GetUtcNow());

    /// <inheritdoc/>
    public void Write(string name, ReadOnlySpan<byte> value, DateTimeOffset? expires = null)
    {
        var path = PathOf(name);
        SsBlob.CheckLength(value.Length);
        var unfinished = Path.Combine(_folder, Unfinished + RandomNumberGenerator.GetHexString(32, lowercase: true));
        try
        {
            _write(unfinished, value, expires);
            File.Move(unfinished, path, overwrite: true);
        }
        catch (Exception error) when (BlobFile.IsFailure(error))
        {
            UnfinishedFiles.TryDelete(unfinished);
            throw new SsBlobException($"Blob '{name}' cannot be stored in '{_folder}': {error.Message} What was there before stays.", error);
        }

        _observers.Tell(name);
    }

    /// <inheritdoc/>
    public bool Remove(string name)
    {
        var path = PathOf(name);
        bool removed;
        try
        {
            // One that cannot be read, or has expired, can be removed all the same.
            removed = new FileInfo(path) is { } file && (file.Exists || file.LinkTarget is not null);
            File.Delete(path);
        }
        catch (Exception error) when (BlobFile.IsFailure(error))
        {
            throw new SsBlobException($"Blob '{name}' cannot be removed from '{_folder}': {error.Message}", error);
        }

        if (removed)
            _observers.Tell(name);
        return removed;
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> ListNames()
    {
        try
        {
            return [.. Directory.EnumerateFiles(_folder, "*" + Suffix).Select(static path => Path.GetFileName(path)[..^Suffix.Length]).Where(IsThere).Order(StringComparer.Ordinal)];
        }
        catch (Exception error) when (BlobFile.IsFailure(error))
        {
            throw new SsBlobException($"The folder of blobs '{_folder}' cannot be read: {error.Message}", error);
        }
    }

    /// <inheritdoc/>
    public IDisposable Subscribe(Action<string> changed) => _observers.Add(changed);

    /// <summary>Tells the folder.</summary>
    public override string ToString() => $"blobs in {_folder}";

    private bool IsThere(string name)
    {
        try
        {
            using var blob = Read(name);
            return blob is not null;
        }
        catch (ArgumentException)
        {
            // Something else that somebody put there.
            return false;
        }
        catch (SsBlobException)
        {
            // It is there; whoever reads it is told what is wrong with it.
            return true;
        }
    }

    private string PathOf(string name)
    {
        SsBlobNames.Check(name);
        return Path.Combine(_folder, name + Suffix);
    }
}
