using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Connections;
using SecureStreams.TestSupport.Handlers;

namespace SecureStreams.TestSupport.Servers;

/// <summary>
/// What a <see cref="KestrelTestHost"/> does on its raw ports. The echo ports send back what comes, until the peer has ended its side. On the others the peer's first line,
/// up to a line feed, says what is wanted.
/// </summary>
/// <remarks>
/// The platform's token of a closed connection fires with the end of the peer's side, so nothing here waits by it.
/// <list type="table">
/// <item><term>bytes N S</term><description>N deterministic bytes of seed S, then the end.</description></item>
/// <item><term>hash R</term><description>Reads to the end of the peer's side, R bytes a second (0: as they come), then <c>sha256 length</c> and the end.</description></item>
/// <item><term>drain R</term><description>As <c>hash</c>, with a dot for each 16 KiB taken.</description></item>
/// <item><term>tick M</term><description>Eight bytes every M milliseconds, for as long as the connection lasts; what comes is read.</description></item>
/// <item><term>hold</term><description>Reads nothing more, sends nothing.</description></item>
/// </list>
/// </remarks>
internal static class RawEndpoints
{
    public static async Task EchoAsync(KestrelTestHost host, ConnectionContext connection)
    {
        var (input, output) = (connection.Transport.Input, connection.Transport.Output);
        while (true)
        {
            var result = await input.ReadAsync(host.Stopping);
            foreach (var piece in result.Buffer)
                await output.WriteAsync(piece, host.Stopping);
            input.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
                return;
        }
    }

    public static async Task CommandAsync(KestrelTestHost host, ConnectionContext connection)
    {
        var words = (await ReadLineAsync(connection.Transport.Input, host.Stopping)).Split(' ');
        await (words[0] switch
        {
            "bytes" => BytesAsync(connection.Transport.Output, Number(words[1]), (int)Number(words[2]), host.Stopping),
            "hash" => HashAsync(connection.Transport, new Pace(Number(words[1]), host.Options.Time), ack: false, host.Stopping),
            "drain" => HashAsync(connection.Transport, new Pace(Number(words[1]), host.Options.Time), ack: true, host.Stopping),
            "tick" => TickAsync(host, connection.Transport, Number(words[1]), host.Stopping),
            "hold" => Task.Delay(Timeout.InfiniteTimeSpan, host.Stopping),
            _ => connection.Transport.Output.WriteAsync("no such command\n"u8.ToArray(), host.Stopping).AsTask(),
        });
    }

    private static async Task<string> ReadLineAsync(PipeReader input, CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await input.ReadAsync(cancellationToken);
            if (result.Buffer.PositionOf((byte)'\n') is { } end)
            {
                var line = Encoding.ASCII.GetString(result.Buffer.Slice(0, end));
                input.AdvanceTo(result.Buffer.GetPosition(1, end));
                return line;
            }

            input.AdvanceTo(result.Buffer.Start, result.Buffer.End);
            if (result.IsCompleted)
                return "";
        }
    }

    private static async Task BytesAsync(PipeWriter output, long length, int seed, CancellationToken cancellationToken)
    {
        const int Chunk = 32 * 1024;
        for (long position = 0; position < length;)
        {
            var count = (int)Math.Min(Chunk, length - position);
            DeterministicBytes.Fill(output.GetSpan(count)[..count], position, seed);
            output.Advance(count);
            await output.FlushAsync(cancellationToken);
            position += count;
        }
    }

    private static async Task HashAsync(IDuplexPipe transport, Pace pace, bool ack, CancellationToken cancellationToken)
    {
        const int AckEvery = 16 * 1024;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        long length = 0;
        while (true)
        {
            var result = await transport.Input.ReadAsync(cancellationToken);
            var taken = result.Buffer;
            if (ack && taken.Length > AckEvery)
                taken = taken.Slice(0, AckEvery);
            foreach (var piece in taken)
                hash.AppendData(piece.Span);
            var dots = (length + taken.Length) / AckEvery - length / AckEvery;
            length += taken.Length;
            var over = result.IsCompleted && taken.Length == result.Buffer.Length;
            await pace.TakeAsync(taken.Length, cancellationToken);
            transport.Input.AdvanceTo(taken.End);
            if (ack && dots > 0)
                await transport.Output.WriteAsync("."u8.ToArray(), cancellationToken);
            if (over)
                break;
        }

        var text = string.Create(CultureInfo.InvariantCulture, $"{Convert.ToHexStringLower(hash.GetHashAndReset())} {length}");
        await transport.Output.WriteAsync(Encoding.ASCII.GetBytes(text), cancellationToken);
    }

    private static async Task TickAsync(KestrelTestHost host, IDuplexPipe transport, long milliseconds, CancellationToken cancellationToken)
    {
        var reading = ReadAsync();
        var eight = new byte[8];
        for (long position = 0; !reading.IsCompleted; position += eight.Length)
        {
            DeterministicBytes.Fill(eight, position);
            await transport.Output.WriteAsync(eight, cancellationToken);
            await Task.WhenAny(reading, Task.Delay(TimeSpan.FromMilliseconds(milliseconds), host.Options.Time, cancellationToken));
        }

        await reading;

        async Task ReadAsync()
        {
            while (true)
            {
                var result = await transport.Input.ReadAsync(cancellationToken);
                transport.Input.AdvanceTo(result.Buffer.End);
                if (result.IsCompleted)
                    return;
            }
        }
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
