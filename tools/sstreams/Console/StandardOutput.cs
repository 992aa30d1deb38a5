using System.IO.Pipes;
using Microsoft.Win32.SafeHandles;

namespace SecureStreams.Tool;

/// <summary>Standard output as bytes.</summary>
internal static class StandardOutput
{
    /// <summary>
    /// The console's own stream keeps silent about a reader that went away, so a pipe is opened as a pipe. A file is not opened as a file: that would write at
    /// positions of its own and overwrite what others write to the same one.
    /// </summary>
    /// <exception cref="IOException">There is none: the program was started with it closed.</exception>
    public static Stream Open()
    {
        if (StandardHandle.IsClosed(StandardHandle.Output))
            throw new IOException("it is closed");
        if (!OperatingSystem.IsWindows() && System.Console.IsOutputRedirected)
        {
            try
            {
                return new AnonymousPipeClientStream(PipeDirection.Out, new SafePipeHandle(1, ownsHandle: false));
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
