using System.IO.Pipes;
using Microsoft.Win32.SafeHandles;

namespace SecureStreams.Tool;

/// <summary>Standard output as bytes.</summary>
internal static class StandardOutput
{
    private static readonly Lock Gate = new();

    // For the life of the program. The platform has a socket behind a pipe, which waits to be let go by the owner of the handle, and nobody owns this one: closing it would wait for ever, and
    // so would its finalizer, and with that the end of the program.
    private static Stream? _pipe;

    /// <summary>
    /// The console's own stream keeps silent about a reader that went away, so a pipe is opened as a pipe. A file is not opened as a file: that would write at
    /// positions of its own and overwrite what others write to the same one.
    /// </summary>
    /// <returns>The same each time where it is a pipe; not to be closed.</returns>
    /// <exception cref="IOException">There is none: the program was started with it closed.</exception>
    public static Stream Open()
    {
        if (StandardHandle.IsClosed(StandardHandle.Output))
            throw new IOException("it is closed");
        if (!OperatingSystem.IsWindows() && System.Console.IsOutputRedirected)
        {
            try
            {
                lock (Gate)
                    return _pipe ??= new AnonymousPipeClientStream(PipeDirection.Out, new SafePipeHandle(1, ownsHandle: false));
            }
            catch (Exception error) when (error is IOException or ArgumentException)
            {
                // No pipe.
            }
        }

        return System.Console.OpenStandardOutput();
    }

    /// <summary>Writes a whole document.</summary>
    /// <exception cref="OutputLostException">It cannot be written.</exception>
    public static async Task WriteAsync(ReadOnlyMemory<byte> document, CancellationToken cancellation)
    {
        Stream? target = null;
        try
        {
            target = Open();
            await target.WriteAsync(document, cancellation);
            await target.FlushAsync(cancellation);
        }
        catch (IOException error)
        {
            throw OutputLostException.OfStandardOutput(error, target is PipeStream);
        }
    }
}
