using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace SecureStreams.Tool.Serving;

/// <summary>A file that is open, as it was then.</summary>
internal sealed class ServedFile : IDisposable
{
    private readonly SafeFileHandle _handle;

    public ServedFile(SafeFileHandle handle, string name)
    {
        _handle = handle;
        Name = name;
        Length = RandomAccess.GetLength(handle);
        var written = File.GetLastWriteTimeUtc(handle);

        // HTTP knows whole seconds.
        Written = new DateTimeOffset(written.Ticks - (written.Ticks % TimeSpan.TicksPerSecond), TimeSpan.Zero);
        Tag = string.Create(CultureInfo.InvariantCulture, $"\"{written.Ticks:x}-{Length:x}\"");
    }

    /// <summary>The last part of its path.</summary>
    public string Name { get; }

    public long Length { get; }

    public DateTimeOffset Written { get; }

    /// <summary>Another one whenever length or time are others (RFC 9110 section 8.8.3).</summary>
    public string Tag { get; }

    /// <summary>Reads; 0 at its end. A disk answers soon enough to be read on the mailbox.</summary>
    public int Read(Span<byte> room, long offset) => RandomAccess.Read(_handle, room, offset);

    public void Dispose() => _handle.Dispose();
}
