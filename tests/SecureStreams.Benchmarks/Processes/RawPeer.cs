using System.Buffers;
using System.Buffers.Binary;
using Microsoft.AspNetCore.Connections;
using SecureStreams.Benchmarks.Workloads;

namespace SecureStreams.Benchmarks.Processes;

/// <summary>Connections without a protocol.</summary>
internal static class RawPeer
{
    /// <summary>Gives back what comes.</summary>
    public static async Task EchoAsync(ConnectionContext connection)
    {
        var (input, output) = (connection.Transport.Input, connection.Transport.Output);
        while (true)
        {
            var read = await input.ReadAsync();
            foreach (var piece in read.Buffer)
                output.Write(piece.Span);

            // Asked before it is given back: the length of what is given back is that of other bytes, or none.
            var any = !read.Buffer.IsEmpty;
            input.AdvanceTo(read.Buffer.End);
            if (any)
                await output.FlushAsync();
            if (read.IsCompleted)
                return;
        }
    }

    /// <summary>Reads batches, each after a header that says how long it is, and answers the end of each with a byte.</summary>
    public static async Task SinkAsync(ConnectionContext connection)
    {
        var input = connection.Transport.Input;
        while (true)
        {
            var read = await input.ReadAtLeastAsync(Payload.HeaderBytes);
            if (read.Buffer.Length < Payload.HeaderBytes)
                return;
            var left = HeaderOf(read.Buffer);
            input.AdvanceTo(read.Buffer.GetPosition(Payload.HeaderBytes));
            while (left > 0)
            {
                read = await input.ReadAsync();
                var taken = Math.Min(left, read.Buffer.Length);
                left -= taken;
                input.AdvanceTo(read.Buffer.GetPosition(taken));
                if (read.IsCompleted && left > 0)
                    return;
            }

            await connection.Transport.Output.WriteAsync(new byte[] { Payload.LastMark });
        }
    }

    private static long HeaderOf(ReadOnlySequence<byte> buffer)
    {
        Span<byte> header = stackalloc byte[Payload.HeaderBytes];
        buffer.Slice(0, Payload.HeaderBytes).CopyTo(header);
        return BinaryPrimitives.ReadInt64LittleEndian(header);
    }
}
