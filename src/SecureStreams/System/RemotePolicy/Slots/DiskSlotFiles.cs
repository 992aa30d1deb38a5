using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace SecureStreams.Remote;

/// <summary>Files in a folder that only its owner can enter (0700, files 0600).</summary>
internal sealed partial class DiskSlotFiles(string folder) : ISlotFiles
{
    private readonly string _folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));

    public void Prepare()
    {
        try
        {
            BlobFile.PrepareFolder(_folder, "policies");
        }
        catch (SsBlobException error)
        {
            throw new IOException(error.Message, error);
        }
    }

    public byte[]? Read(string name, int most)
    {
        try
        {
            using var file = new FileStream(PathOf(name), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            if (file.Length > most)
                throw new IOException($"it has {file.Length} bytes, and {most} are the most that are kept");
            var content = new byte[file.Length];
            file.ReadExactly(content);
            return content;
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    public void Write(string name, ReadOnlySpan<byte> content)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.None, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var file = new FileStream(PathOf(name), options);
        file.Write(content);
    }

    public void Sync(string name)
    {
        using var file = new FileStream(PathOf(name), FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        file.Flush(flushToDisk: true);
    }

    public void Replace(string name, string target) => File.Move(PathOf(name), PathOf(target), overwrite: true);

    public void SyncFolder()
    {
        // Windows has its file systems journal names, and opens no folder as a file. The base library opens none either.
        if (OperatingSystem.IsWindows())
            return;
        using var handle = Open(_folder, ReadOnly);
        if (handle.IsInvalid || FlushFile(handle) != 0)
            throw new IOException($"The folder '{_folder}' cannot be written down to the disk (error {Marshal.GetLastPInvokeError()}).");
    }

    public override string ToString() => _folder;

    private string PathOf(string name) => Path.Combine(_folder, name);

    // O_RDONLY is 0 everywhere.
    private const int ReadOnly = 0;

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FlushFile(SafeFileHandle handle);
}
