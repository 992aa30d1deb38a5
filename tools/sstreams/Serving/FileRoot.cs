using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace SecureStreams.Tool.Serving;

/// <summary>
/// The folder whose files are served. Nothing outside of it is, whatever a path says and wherever links lead: a file is judged after it was opened, by where it really is, so that no link that is
/// changed meanwhile matters.
/// </summary>
internal sealed partial class FileRoot
{
    private const string Index = "index.html";

    // open(2) of Linux: a pipe that nobody writes to must not hold up its reader.
    private const int ReadOnlyNonBlockingCloseOnExec = 0x800 | 0x80000;
    private const int NotPermitted = 1;
    private const int TooManyInSystem = 23;
    private const int TooMany = 24;
    private const int AccessDenied = 13;
    private const int NoSuchDevice = 6;

    private readonly string _root;

    private FileRoot(string root) => _root = root;

    /// <summary>The root of <paramref name="folder"/>.</summary>
    /// <exception cref="UnusableInputException">It is no folder.</exception>
    public static FileRoot Open(string folder)
    {
        if (!Directory.Exists(folder))
            throw new UnusableInputException($"--files: {folder} is no folder that can be read");
        return new FileRoot(Path.TrimEndingDirectorySeparator(RealPath(Path.GetFullPath(folder))));
    }

    /// <summary>What <paramref name="path"/>, unescaped and absolute, leads to.</summary>
    public FileLookup Find(string? path)
    {
        if (path is not ['/', ..])
            return new FileLookup(404);
        var parts = path[1..].Split('/');
        var isFolder = parts[^1].Length == 0;
        if (!parts[..(isFolder ? ^1 : ^0)].All(IsName))
            return new FileLookup(404);
        var full = Path.Combine([_root, .. parts]);
        if (isFolder)
            return OpenFile(Path.Combine(full, Index));
        return Directory.Exists(full) ? OpenFolder(full, parts) : OpenFile(full);
    }

    /// <summary>A relative link on its page would lead elsewhere, were it served without the slash.</summary>
    private FileLookup OpenFolder(string full, string[] parts)
    {
        var found = OpenFile(Path.Combine(full, Index));
        if (found.File is null)
            return found;
        found.File.Dispose();
        return new FileLookup(301, Location: $"/{string.Join('/', parts.Select(Uri.EscapeDataString))}/");
    }

    /// <summary>
    /// Whether a part of a path may name something: not what leads up, not what stays escaped, not what systems take for a separator, and not what begins with a dot, which its owner has hidden.
    /// </summary>
    private static bool IsName(string part) =>
        part.Length > 0 && (part[0] != '.' || part == ".well-known") && part.AsSpan().IndexOfAny("\0\\") < 0 && !part.Contains("%2f", StringComparison.OrdinalIgnoreCase)
        && (!OperatingSystem.IsWindows() || part.IndexOfAny(Path.GetInvalidFileNameChars()) < 0);

    private FileLookup OpenFile(string full)
    {
        SafeFileHandle? handle = null;
        try
        {
            var status = OperatingSystem.IsLinux() ? Open(full, out handle) : OpenWithoutLinks(full, out handle);
            if (status != 200)
                return new FileLookup(status);
            var file = new ServedFile(handle!, Path.GetFileName(full));
            handle = null;
            return new FileLookup(200, file);
        }
        catch (NotSupportedException)
        {
            // A pipe.
            return new FileLookup(403);
        }
        catch (UnauthorizedAccessException)
        {
            return new FileLookup(403);
        }
        catch (IOException)
        {
            return new FileLookup(404);
        }
        finally
        {
            handle?.Dispose();
        }
    }

    private int Open(string full, out SafeFileHandle? handle)
    {
        handle = null;
        var descriptor = OpenDescriptor(full, ReadOnlyNonBlockingCloseOnExec);
        if (descriptor < 0)
        {
            return Marshal.GetLastPInvokeError() switch
            {
                AccessDenied or NotPermitted or NoSuchDevice => 403,
                TooMany or TooManyInSystem => 503,
                _ => 404,
            };
        }

        handle = new SafeFileHandle(descriptor, ownsHandle: true);
        var link = $"/proc/self/fd/{descriptor}";
        if (File.ResolveLinkTarget(link, returnFinalTarget: false) is not { FullName: var real } || !IsInside(real))
            return 403;
        return Directory.Exists(link) ? 404 : 200;
    }

    /// <summary>Elsewhere nothing says where an open file is: no link is followed.</summary>
    private int OpenWithoutLinks(string full, out SafeFileHandle? handle)
    {
        handle = null;
        for (var part = full; part.Length > _root.Length; part = Path.GetDirectoryName(part)!)
        {
            if (new FileInfo(part).Attributes is var attributes && attributes != (FileAttributes)(-1) && attributes.HasFlag(FileAttributes.ReparsePoint))
                return 403;
        }

        handle = File.OpenHandle(full);
        return 200;
    }

    private bool IsInside(string real) => real.StartsWith(_root, StringComparison.Ordinal) && (_root is "/" || real[_root.Length..].StartsWith('/'));

    private static string RealPath(string folder)
    {
        if (!OperatingSystem.IsLinux())
            return Directory.ResolveLinkTarget(folder, returnFinalTarget: true)?.FullName ?? folder;
        using var handle = OpenDescriptor(folder, ReadOnlyNonBlockingCloseOnExec) is >= 0 and var descriptor ? new SafeFileHandle(descriptor, ownsHandle: true) : null;
        return handle is not null && File.ResolveLinkTarget($"/proc/self/fd/{handle.DangerousGetHandle()}", returnFinalTarget: false) is { FullName: var real }
            ? real
            : throw new UnusableInputException($"--files: {folder} is no folder that can be read");
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenDescriptor(string path, int flags);
}
