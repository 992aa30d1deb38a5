using System.Buffers.Binary;

namespace SecureStreams;

/// <summary>
/// One blob in one file: eight bytes that say so, the expiry in milliseconds since 1970 (0 for never), the value. A file that does not begin so is the value as it
/// stands, without expiry, so that whoever provisions a device may put one there.
/// </summary>
internal static class BlobFile
{
    /// <summary>Bytes before the value.</summary>
    public const int HeaderBytes = 16;

    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    private static ReadOnlySpan<byte> Magic => "SSBLOB1\n"u8;

    /// <summary>Makes a folder for its owner alone, or checks that it is one, and that this user's or root's.</summary>
    /// <param name="folder">Where it is.</param>
    /// <param name="contents">What is kept there, in a word for messages.</param>
    /// <exception cref="SsBlobException">It cannot be made, is a symbolic link, is another user's, or others have access.</exception>
    public static void PrepareFolder(string folder, string contents = "blobs")
    {
        var what = $"folder of {contents}";
        try
        {
            RefuseLink(folder, what);
            if (OperatingSystem.IsWindows())
                Directory.CreateDirectory(folder);
            else if (!Directory.Exists(folder))
                Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            if (!OperatingSystem.IsWindows())
                RefuseOthers(folder, what, File.GetUnixFileMode(folder), "700");
            FileOwner.RefuseStranger(folder, what);
        }
        catch (Exception error) when (IsFailure(error))
        {
            throw new SsBlobException($"The {what} '{folder}' cannot be used: {error.Message}", error);
        }
    }

    /// <summary>Reads a blob; null when there is no such file or the blob has expired.</summary>
    /// <exception cref="SsBlobException">It cannot be read, or must not be trusted.</exception>
    public static SsBlob? Read(string path, DateTimeOffset now)
    {
        try
        {
            RefuseLink(path, "blob file");
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);

            // Of what was opened, not of what may have taken its place since.
            if (!OperatingSystem.IsWindows())
                RefuseOthers(path, "blob file", File.GetUnixFileMode(file.SafeFileHandle), "600");
            return Read(path, file, now);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception error) when (IsFailure(error))
        {
            throw new SsBlobException($"The blob file '{path}' cannot be read: {error.Message}", error);
        }
    }

    /// <summary>Writes a new file, for its owner alone from the start, down to the disk.</summary>
    public static void WriteNew(string path, ReadOnlySpan<byte> value, DateTimeOffset? expires)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        Span<byte> header = stackalloc byte[HeaderBytes];
        Magic.CopyTo(header);

        // 0 means never, which a time at or before the epoch does not.
        BinaryPrimitives.WriteInt64BigEndian(header[Magic.Length..], expires is { } at ? Math.Max(1, at.ToUnixTimeMilliseconds()) : 0);
        using var file = new FileStream(path, options);
        file.Write(header);
        file.Write(value);
        file.Flush(flushToDisk: true);
    }

    /// <summary>Whether <paramref name="error"/> is the file system's, not the program's.</summary>
    public static bool IsFailure(Exception error) => error is IOException or UnauthorizedAccessException or NotSupportedException;

    private static SsBlob? Read(string path, FileStream file, DateTimeOffset now)
    {
        var length = file.Length;
        if (length > HeaderBytes + SsBlob.LargestBytes)
            throw new SsBlobException($"The blob file '{path}' has {length} bytes; a blob has at most {SsBlob.LargestBytes}.");

        Span<byte> header = stackalloc byte[HeaderBytes];
        var begun = file.ReadAtLeast(header, HeaderBytes, throwOnEndOfStream: false);
        DateTimeOffset? expires = null;
        if (begun < HeaderBytes && header[..begun].StartsWith(Magic))
            throw new SsBlobException($"The blob file '{path}' ends before its value begins; set the blob anew.");
        if (begun == HeaderBytes && header.StartsWith(Magic))
        {
            var milliseconds = BinaryPrimitives.ReadInt64BigEndian(header[Magic.Length..]);
            if (milliseconds < 0 || milliseconds > DateTimeOffset.MaxValue.ToUnixTimeMilliseconds())
                throw new SsBlobException($"The blob file '{path}' has an expiry that is no time; set the blob anew.");
            if (milliseconds > 0)
                expires = DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
            begun = 0;
            length -= HeaderBytes;
        }

        if (expires <= now)
            return null;
        SsBlob.CheckLength((int)length);
        var blob = new SsBlob((int)length, expires);
        header[..begun].CopyTo(blob.Room);
        var whole = file.ReadAtLeast(blob.Room[begun..], (int)length - begun, throwOnEndOfStream: false) == length - begun && file.ReadByte() < 0;
        header.Clear();
        if (whole)
            return blob;
        blob.Dispose();
        throw new SsBlobException($"The blob file '{path}' changed while it was read; replace it by renaming a finished file.");
    }

    private static void RefuseLink(string path, string what)
    {
        // Whoever can make a link decides what is read or written through it.
        if (new FileInfo(path).LinkTarget is not null)
            throw new SsBlobException($"The {what} '{path}' is a symbolic link, which is not followed; put the {what} itself there.");
    }

    private static void RefuseOthers(string path, string what, UnixFileMode mode, string wanted)
    {
        if ((mode & Others) != 0)
            throw new SsBlobException($"The {what} '{path}' is open to others than its owner (mode {Convert.ToString((int)mode, 8)}); run: chmod {wanted} '{path}'");
    }
}
