using System.Globalization;
using System.Runtime.InteropServices;

namespace SecureStreams;

/// <summary>Whose a file or folder is: its owner may change its mode at any time, so that a mode which keeps others out says nothing of the owner. Only Linux is asked.</summary>
internal static partial class FileOwner
{
    // statx(2): the layout is the same on every machine, which that of stat is not.
    private const int StatxBytes = 256;
    private const int UidOffset = 20;
    private const uint UidMask = 0x8;
    private const int CurrentFolder = -100; // AT_FDCWD
    private const int NoFollow = 0x100; // AT_SYMLINK_NOFOLLOW

    /// <summary>Refuses what belongs to another user than the one of this process, or root.</summary>
    /// <exception cref="SsBlobException">It does.</exception>
    /// <exception cref="IOException">It cannot be asked.</exception>
    public static void RefuseStranger(string path, string what)
    {
        if (!OperatingSystem.IsLinux() || OwnerOf(path) is var owner && (owner == 0 || owner == EffectiveUser()))
            return;
        throw new SsBlobException(string.Create(CultureInfo.InvariantCulture, $"The {what} '{path}' belongs to another user (uid {owner}); run: chown {EffectiveUser()} '{path}'"));
    }

    private static uint OwnerOf(string path)
    {
        Span<byte> found = stackalloc byte[StatxBytes];
        found.Clear();
        return Statx(CurrentFolder, path, NoFollow, UidMask, ref MemoryMarshal.GetReference(found)) == 0
            ? MemoryMarshal.Read<uint>(found[UidOffset..])
            : throw new IOException($"the owner of '{path}' cannot be had: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int folder, string path, int flags, uint mask, ref byte found);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();
}
